/** Proof that a Tensor is being made by native code; never leaves the package. @internal */
export const token: object = Object.freeze({});
