/** `cpp/binding/autocast.cc`. */

/** One device's change; null: as it is, and for a dtype the device's usual one. */
export interface NativeAutocast {
  readonly device: 'cpu' | 'cuda';
  readonly enabled: boolean;
  readonly dtype: 'bfloat16' | 'float16' | null;
  readonly cache: boolean | null;
}
export interface NativeDeviceAutocast {
  readonly enabled: boolean;
  readonly dtype: string;
}
export interface AutocastRoom {
  /** Changes this thread's state until the matching `leave`. */
  enter(change: NativeAutocast): void;
  leave(): void;
  current(): {
    readonly cpu: NativeDeviceAutocast;
    readonly cuda: NativeDeviceAutocast;
    readonly cache: boolean;
  };
}
