/** How the report looks: by the reader's scheme, and on paper. */
export const style = `
:root {
  color-scheme: light dark;
  --ground: #fbfbfa; --card: #ffffff; --ink: #1c1f23; --soft: #626a73; --line: #dfe2e6;
  --before: #8b95a1; --after: #2f6fde; --good: #1f8a5b; --fair: #b7791f; --bad: #c8413b; --track: #eef0f2;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14171a; --card: #1c2024; --ink: #e8eaed; --soft: #9aa3ad; --line: #31373d;
    --before: #7d8894; --after: #6ea2ff; --good: #46c38b; --fair: #e0a84a; --bad: #f0736c; --track: #272c31;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
main { max-width: 1000px; margin: 0 auto; padding: 40px 24px 64px; }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 6px; overflow-wrap: anywhere; }
h2 { font-size: 17px; margin: 0 0 2px; }
p { margin: 0 0 12px; }
.soft { color: var(--soft); }
section { background: var(--card); border: 1px solid var(--line); border-radius: 10px;
  padding: 20px 22px; margin-top: 18px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(170px, 1fr)); gap: 12px; margin-top: 22px; }
.tile { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 14px 16px; }
.tile b { display: block; font-size: 28px; line-height: 1.2; font-variant-numeric: tabular-nums; }
.tile span { display: block; }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(270px, 1fr)); gap: 18px 22px; margin-top: 12px; }
figure { margin: 0; min-width: 0; }
figcaption { overflow-wrap: anywhere; line-height: 1.3; margin-bottom: 4px; }
figcaption span { display: block; }
svg { display: block; width: 100%; height: auto; }
svg text { fill: var(--ink); font: 13px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif;
  font-variant-numeric: tabular-nums; }
svg text.soft { fill: var(--soft); }
svg text.small { font-size: 11px; }
.before { fill: var(--before); } .after { fill: var(--after); } .track { fill: var(--track); }
.good { fill: var(--good); } .fair { fill: var(--fair); } .bad { fill: var(--bad); }
.rule { stroke: var(--line); stroke-width: 1; } .mark { stroke: var(--ink); stroke-width: 2; }
.limit { stroke: var(--bad); stroke-width: 2; stroke-dasharray: 4 3; }
.key { display: inline-block; width: 11px; height: 11px; border-radius: 3px; margin: 0 5px 0 14px; }
.key:first-child { margin-left: 0; }
.key.good { background: var(--good); } .key.fair { background: var(--fair); } .key.bad { background: var(--bad); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin-top: 10px; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 6px 14px 6px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { color: var(--soft); font-weight: 500; white-space: nowrap; }
td.number, th.number { text-align: right; white-space: nowrap; }
td.name { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 13px; white-space: nowrap; }
td:last-child { min-width: 12em; }
@media (max-width: 640px) { main { padding: 24px 14px 40px; } section { padding: 16px; } }
@media print { main { padding: 0; max-width: none; } section, .tile { break-inside: avoid; } }
`;
