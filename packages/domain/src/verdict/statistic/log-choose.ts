const tableSize = 1_024

const table: readonly number[] = Array.from({ length: tableSize }).reduce<number[]>((logs, _, n) => {
  logs.push(n === 0 ? 0 : (logs[n - 1] ?? 0) + Math.log(n))
  return logs
}, [])

/** ln n!, by table for small n and by Stirling's series above it (there exact to the last digits). */
function logFactorial(n: number): number {
  const known = table[n]
  if (known !== undefined) return known
  const series = 1 / (12 * n) - 1 / (360 * n ** 3)
  return n * Math.log(n) - n + 0.5 * Math.log(2 * Math.PI * n) + series
}

/** ln of the number of ways to choose `k` of `n`; both whole, 0 <= k <= n. */
export const logChoose = (n: number, k: number): number =>
  logFactorial(n) - logFactorial(k) - logFactorial(n - k)
