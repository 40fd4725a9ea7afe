/** From this power of ten on Go writes an exponent where the shortest text is asked for (strconv, format `g`). */
const LARGE = 6

/** A number that is not whole, as Go writes it: `1.5`, `1e+06`, `1.2345675e+06`, `1e-05`. */
export function floatText(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  if (value === 0) return Object.is(value, -0) ? '-0' : '0'
  const [digits = '0', power = '0'] = value.toExponential().split('e')
  const exponent = Number(power)
  if (exponent >= -4 && exponent < LARGE) return String(value)
  return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`
}
