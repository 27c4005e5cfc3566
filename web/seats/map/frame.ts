/** One picture of the hall: where it is painted, what is in view, and how sharp the screen is. */
import type { Size, View } from './camera.ts';

export interface Frame {
  readonly brush: CanvasRenderingContext2D;
  readonly view: View;
  /** In pixels of the page. */
  readonly size: Size;
  /** Pixels of the screen for one of the page. */
  readonly ratio: number;
  readonly isMoving: boolean;
}
