import { appendFileSync, readFileSync } from 'node:fs'

/**
 * Loaded by `--import` into a Node process that is measured: at its end it appends its highest resident memory, in kB, to
 * the file that the variable names. The kernel's own count (`VmHWM`) is of this program alone; what a parent used before
 * it started it is not in it. Plain JavaScript, since reading types away would take memory of its own.
 */
process.on('exit', () => {
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 'NaN'
  appendFileSync(process.env.TOWPATH_BENCH_PEAKS ?? '/dev/null', `${peak}\n`)
})
