/** Modules made without Python: the namespace `jit`. */
export {};
