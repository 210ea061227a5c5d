/** The arithmetic on pixels as TorchScript: it runs on the package's own threads. */
import { CompileError, jit, type ScriptModule, type Tensor } from '../index.js';
import { failure } from './failures.js';
import type { Interpolation } from './options.js';

/** LibTorch's antialiasing kernels on bytes are those of Pillow, but for rounding. */
const kernels: Readonly<Record<Interpolation, readonly [smooth: string, plain: string]>> = {
  bilinear: [
    'torch.ops.aten._upsample_bilinear2d_aa(x, size, False)',
    'torch.ops.aten.upsample_bilinear2d(x, size, False)',
  ],
  bicubic: [
    'torch.ops.aten._upsample_bicubic2d_aa(x, size, False)',
    'torch.ops.aten.upsample_bicubic2d(x, size, False)',
  ],
  lanczos: ['torch.ops.aten._upsample_lanczos2d_aa(x, size, False)', ''],
  nearest: ['nearest(x, size)', 'nearest(x, size)'],
};

/**
 * `product` is Pillow's MULDIV255, grey its conversion to 'L'; CMYK, alpha and the sums of steps
 * that become the nearest places are as it has them.
 */
const source = (kernel: string, isBlending: boolean): string => `
def product(a: Tensor, b: Tensor) -> Tensor:
    scaled = a.int() * b.int() + 128
    return ((scaled >> 8) + scaled) >> 8

def fromCmyk(x: Tensor) -> Tensor:
    light = 255 - x[:, 3:].int()
    return (light - product(x[:, :3], light)).clamp_(0, 255).to(torch.uint8)

def toGrey(x: Tensor) -> Tensor:
    red, green, blue = x[:, :1].int(), x[:, 1:2], x[:, 2:3]
    sum = red.mul_(19595).add_(green, alpha=38470).add_(blue, alpha=7471)
    return sum.add_(32768).bitwise_right_shift_(16).to(torch.uint8)

def withChannels(x: Tensor, channels: int) -> Tensor:
    if channels == 1:
        return x if x.size(1) == 1 else toGrey(x)
    colour = x.expand(-1, 3, -1, -1) if x.size(1) == 1 else x[:, :3]
    if channels == 3:
        return colour
    return x if x.size(1) == 4 else torch.cat([colour, torch.full_like(x[:, :1], 255)], 1)

def places(whole: int, count: int) -> Tensor:
    step = whole / count
    at = step * 0.5
    found: List[int] = []
    for _ in range(count):
        found.append(min(int(at), whole - 1))
        at += step
    return torch.tensor(found)

def nearest(x: Tensor, size: List[int]) -> Tensor:
    rows = x.index_select(2, places(x.size(2), size[0]))
    return rows.index_select(3, places(x.size(3), size[1]))

def scaledTo(x: Tensor, size: List[int]) -> Tensor:
    return ${kernel}

def resized(x: Tensor, size: List[int]) -> Tensor:
    if x.size(1) != 4 or not ${isBlending ? 'True' : 'False'}:
        return scaledTo(x, size)
    x = scaledTo(torch.cat([product(x[:, :3], x[:, 3:]).to(torch.uint8), x[:, 3:]], 1), size)
    colour = x[:, :3].int() * 255
    alpha = x[:, 3:].int()
    divided = torch.div(colour, alpha.clamp_min(1), rounding_mode='floor').clamp_max_(255)
    return torch.cat([torch.where(alpha == 0, x[:, :3], divided.to(torch.uint8)), x[:, 3:]], 1)

def forward(self, pixels: Tensor, isCmyk: bool, size: Optional[List[int]], window: List[int],
            fill: float, divisor: float, mean: Optional[List[float]], std: Optional[List[float]],
            out: Tensor) -> None:
    x = pixels.permute(0, 3, 1, 2)
    x = withChannels(fromCmyk(x) if isCmyk else x, out.size(1))
    if size is not None:
        x = resized(x, size)
    top, left, height, width = window
    fromTop, fromLeft = max(top, 0), max(left, 0)
    toTop, toLeft = max(-top, 0), max(-left, 0)
    rows, columns = min(height, x.size(2)), min(width, x.size(3))
    x = x.narrow(2, fromTop, rows).narrow(3, fromLeft, columns)
    if rows < height or columns < width:
        out.fill_(fill)
        out.narrow(2, toTop, rows).narrow(3, toLeft, columns).copy_(x)
    else:
        out.copy_(x)
    if divisor != 1.0:
        out.div_(divisor)
    if mean is not None:
        out.sub_(torch.tensor(mean).view(1, -1, 1, 1))
    if std is not None:
        out.div_(torch.tensor(std).view(1, -1, 1, 1))
`;

/**
 * Pixels in [1, height, width, channels] to `out`, which is seen as [1, channels, height, width].
 */
export type PixelScript = ScriptModule<
  [
    pixels: Tensor,
    isCmyk: boolean,
    size: readonly number[] | null,
    window: readonly number[],
    fill: number,
    divisor: number,
    mean: readonly number[] | null,
    std: readonly number[] | null,
    out: Tensor,
  ],
  null
>;

const compiled = new Map<string, PixelScript>();

/** The script for an interpolation, compiled at its first use. */
export function pixelScript(interpolation: Interpolation, antialias: boolean): PixelScript {
  const [smooth, plain] = kernels[interpolation];
  const kernel = antialias ? smooth : plain;
  let script = compiled.get(kernel);
  if (script === undefined) {
    try {
      script = jit.compile(source(kernel, interpolation !== 'nearest'), { name: 'Pixels' });
    } catch (cause) {
      if (!(cause instanceof CompileError)) throw cause;
      const message = `this LibTorch has no '${interpolation}' interpolation`;
      throw failure('ERR_NOT_IMPLEMENTED', message, cause);
    }
    compiled.set(kernel, script);
  }
  return script;
}
