import pc from 'picocolors'
import type { Paint, Style } from '../screen/line.ts'
import { unpainted } from '../screen/line.ts'

/** Paints with the sixteen colours that every theme defines, or not at all. */
export function painter(colours: boolean): Paint {
  if (!colours) return unpainted
  const { cyan, red, blue, yellow, dim, bold } = pc.createColors(true)
  const styles: Record<Style, (text: string) => string> = {
    good: cyan,
    bad: red,
    running: blue,
    warning: yellow,
    quiet: dim,
    strong: bold,
  }
  return (style, text) => styles[style](text)
}
