/** What becomes of an image's size: the arithmetic of torchvision's `Resize` and `CenterCrop`. */
import type { Fit, ImageSize, Recipe } from './options.js';

/** Sides in pixels. */
export interface Extent {
  readonly height: number;
  readonly width: number;
}

/** A window on an image; what of it lies outside is padding. */
export interface Window extends Extent {
  readonly top: number;
  readonly left: number;
}

/** How large the image is made, and what is seen of it then. */
export interface Plan {
  readonly resized: Extent;
  readonly window: Window;
}

/** Python's `round`: halves go to the even neighbour. */
function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

/** Where a middle part starts; negative where the part is larger than the whole. */
function middle(whole: number, part: number): number {
  return part > whole ? -Math.floor((part - whole) / 2) : roundHalfEven((whole - part) / 2);
}

/** The middle of a window. */
export function centerOf(window: Window, { height, width }: Extent): Window {
  const top = window.top + middle(window.height, height);
  return { top, left: window.left + middle(window.width, width), height, width };
}

const sidesOf = (size: ImageSize): Extent =>
  typeof size === 'number' ? { height: size, width: size } : { height: size[0], width: size[1] };

/** The size of an image whose shorter side gets a length. */
function withShorterSide({ height, width }: Extent, side: number): Extent {
  return width <= height
    ? { height: Math.trunc((side * height) / width), width: side }
    : { height: side, width: Math.trunc((side * width) / height) };
}

/** The smallest size of the same proportions that covers a box, or the largest within it. */
function inProportion(image: Extent, box: Extent, fit: 'cover' | 'contain'): Extent {
  const isByHeight = box.height * image.width >= box.width * image.height === (fit === 'cover');
  const adjust = (length: number, limit: number): number => {
    return fit === 'cover'
      ? Math.max(limit, Math.trunc(length))
      : Math.max(1, Math.min(limit, Math.round(length)));
  };
  return isByHeight
    ? {
        height: box.height,
        width: adjust((box.height * image.width) / image.height, box.width),
      }
    : {
        height: adjust((box.width * image.height) / image.width, box.height),
        width: box.width,
      };
}

/** The size that `resize` gives an image. */
export function resizedTo(image: Extent, size: ImageSize, fit: Fit): Extent {
  if (typeof size === 'number') return withShorterSide(image, size);
  return fit === 'fill' ? sidesOf(size) : inProportion(image, sidesOf(size), fit);
}

/** What a recipe does with an image of a size. */
export function planOf(image: Extent, { resize, fit, centerCrop }: Recipe): Plan {
  const resized = resize === null ? image : resizedTo(image, resize, fit);
  let window: Window = { top: 0, left: 0, ...resized };
  if (resize !== null && fit !== 'fill') window = centerOf(window, sidesOf(resize));
  if (centerCrop !== null) window = centerOf(window, sidesOf(centerCrop));
  return { resized, window };
}
