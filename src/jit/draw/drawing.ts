/** What is drawn: boxes in frames, and arrows. */
import type { OperatorKind } from './operator-kind.js';

/** A box. */
export interface Box {
  readonly id: string;
  readonly kind: OperatorKind;
  readonly title: string;
  /** The submodule that it alone is; filled in when its frame is left out. */
  caption: string;
  /** Small print: weights, arguments, what comes out. */
  readonly lines: readonly string[];
  /** All there is to know, for whoever points at it. */
  readonly details: string;
}

/** An arrow; a loop's way back is drawn dashed and does not order what it joins. */
export interface Arrow {
  readonly from: string;
  readonly to: string;
  readonly label: string;
  readonly details: string;
  readonly back: boolean;
}

/** A submodule, or a branch or loop. */
export interface Frame {
  readonly name: string;
  readonly kind: 'module' | 'control';
  readonly details: string;
  readonly boxes: Box[];
  readonly frames: Map<string, Frame>;
}

/** A graph ready to be written. */
export interface Drawing {
  readonly title: string;
  readonly root: Frame;
  readonly arrows: readonly Arrow[];
}

/** A frame with nothing in it. */
export function newFrame(name: string, kind: Frame['kind'], details: string): Frame {
  return { name, kind, details, boxes: [], frames: new Map() };
}

/**
 * Leaves out frames that hold one thing: a box takes the name as its caption, an inner frame already
 * carries a longer one.
 */
export function withoutLoneFrames(frame: Frame): Frame {
  const kept = newFrame(frame.name, frame.kind, frame.details);
  kept.boxes.push(...frame.boxes);
  for (const [key, inner] of frame.frames) {
    const lean = withoutLoneFrames(inner);
    const [box] = lean.boxes;
    if (lean.boxes.length + lean.frames.size === 0) continue;
    if (lean.kind === 'module' && lean.frames.size === 0 && lean.boxes.length === 1 && box) {
      if (box.caption === '') box.caption = lean.name;
      kept.boxes.push(box);
    } else if (lean.kind === 'module' && lean.boxes.length === 0 && lean.frames.size === 1) {
      for (const [name, only] of lean.frames) kept.frames.set(`${key}.${name}`, only);
    } else {
      kept.frames.set(key, lean);
    }
  }
  return kept;
}
