/** `cpp/binding/device.cc`. */
export interface NativeMemoryStat {
  readonly current: number;
  readonly peak: number;
  readonly allocated: number;
  readonly freed: number;
}
export interface NativeCudaMemory {
  readonly allocatedBytes: NativeMemoryStat;
  readonly reservedBytes: NativeMemoryStat;
  readonly activeBytes: NativeMemoryStat;
  readonly numAllocRetries: number;
  readonly numOoms: number;
  readonly freeBytes: number;
  readonly totalBytes: number;
}
export interface DeviceRoom {
  cudaIsAvailable(): boolean;
  cudaDeviceCount(): number;
  cudaMemoryStats(index: number): NativeCudaMemory;
  cudaResetPeakMemoryStats(index: number): void;
  cudaEmptyCache(): void;
  cudaSynchronize(index: number | null): Promise<void>;
  cudaSynchronizeSync(index: number | null): void;
}
