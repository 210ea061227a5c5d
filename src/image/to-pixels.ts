/** A tensor as pixels: the way back of `script.ts`. */
import { jit, type ScriptModule, type Tensor } from '../index.js';
import type { ImageLayout } from './options.js';

const source = `
def forward(self, image: Tensor, shape: List[int], isChannelsFirst: bool, factor: float,
            mean: Optional[List[float]], std: Optional[List[float]]) -> Tensor:
    x = image.reshape(shape)
    if not isChannelsFirst:
        x = x.permute(2, 0, 1)
    if x.dtype == torch.bool:
        x = x.to(torch.uint8) * 255
    if x.is_floating_point():
        x = x.float()
        if std is not None:
            x = x * torch.tensor(std).view(-1, 1, 1)
        if mean is not None:
            x = x + torch.tensor(mean).view(-1, 1, 1)
        x = (x * factor).nan_to_num_(0.0).round_().clamp_(0, 255)
    return x.permute(1, 2, 0).to(torch.uint8).contiguous()
`;

type Script = ScriptModule<
  [
    image: Tensor,
    shape: readonly number[],
    isChannelsFirst: boolean,
    factor: number,
    mean: readonly number[] | null,
    std: readonly number[] | null,
  ],
  Tensor
>;

let script: Script | null = null;

/** How a tensor is to be read. */
export interface ReadPlan {
  readonly layout: ImageLayout;
  readonly scale: boolean;
  readonly sides: readonly [height: number, width: number, channels: number];
  readonly mean: readonly number[] | null;
  readonly std: readonly number[] | null;
}

/** Rows of pixels from the top, the channels innermost. */
export async function toPixels(
  image: Tensor,
  { layout, scale, sides: [height, width, channels], mean, std }: ReadPlan,
): Promise<Uint8Array> {
  script ??= jit.compile(source, { name: 'ToPixels' });
  const isFirst = layout === 'NCHW';
  const shape = isFirst ? [channels, height, width] : [height, width, channels];
  const near = image.device === 'cpu' ? image : await image.toAsync('cpu');
  try {
    const pixels = await script.forward(near, shape, isFirst, scale ? 255 : 1, mean, std);
    try {
      return pixels.data as Uint8Array;
    } finally {
      pixels.dispose();
    }
  } finally {
    if (near !== image) near.dispose();
  }
}
