import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readLog } from './added-lines.ts'

test('every added line is read with its commit, file and place', () => {
  const log = `\0commit aaa

diff --git a/a b.txt b/a b.txt
--- a/a b.txt
+++ b/a b.txt\t
@@ -1 +1,2 @@ func
-old
+new
+++ b/other
@@ -9,0 +12 @@
+last
\\ No newline at end of file
\0commit bbb

diff --git a/i.png b/i.png
Binary files /dev/null and b/i.png differ
`
  expect(readLog(log)).toEqual({
    added: [
      { commit: 'aaa', file: 'a b.txt', line: 1, text: 'new\n++ b/other' },
      { commit: 'aaa', file: 'a b.txt', line: 12, text: 'last' },
    ],
    commits: 2,
    binaries: 1,
  })
})

test('a line that looks like a header stays a line', () => {
  const lines = fc.array(fc.constantFrom('++ b/x', '@@ -1 +1 @@', '-- a/x', ' ', 'commit a', 'x'), {
    minLength: 1,
  })
  fc.assert(
    fc.property(lines, (added) => {
      const log = `\0commit aaa\n\n+++ b/f\n@@ -0,0 +1,${added.length} @@\n${added.map((row) => `+${row}`).join('\n')}\n`
      expect(readLog(log).added).toEqual([{ commit: 'aaa', file: 'f', line: 1, text: added.join('\n') }])
    }),
  )
})
