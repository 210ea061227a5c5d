export interface Digit {
  width: number;
  height: number;
  pixels: Uint8Array<ArrayBuffer>;
}
export declare function readDigit(path: string | URL): Digit;
export declare function readTestSplit(): {
  count: number;
  pixels: Uint8Array<ArrayBuffer>;
  labels: number[];
  accuracy: number;
};
