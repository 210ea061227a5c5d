/**
 * The namespaces that libraries of operators add to `ops`, for those who declare them:
 * `declare module 'libtorch-node' { interface CustomOperators { mylib: { ... } } }`.
 */
// biome-ignore lint/suspicious/noEmptyInterface: others add to it
export interface CustomOperators {}
