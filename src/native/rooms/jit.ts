/** `cpp/binding/jit*.cc`. */

// biome-ignore lint/suspicious/noEmptyInterface: grows with the room.
export interface JitRoom {}
