export declare const RATE: number;
export declare const WINDOW: number;
export declare function readRecordings(paths: readonly (string | URL)[]): Float32Array<ArrayBuffer>;
export declare function windows(signal: Float32Array): {
  count: number;
  samples: Float32Array<ArrayBuffer>;
};
export declare function speechSegments(
  probabilities: ArrayLike<number>,
  length: number,
  thresholds?: { start?: number; end?: number },
): { start: number; end: number }[];
