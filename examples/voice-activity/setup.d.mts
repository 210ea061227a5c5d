export declare const model: string;
export declare const recordings: readonly string[];
export declare function prepare(
  log?: (line: string) => void,
): Promise<{ model: string; recordings: readonly string[] }>;
