import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { freeBytesIn } from './remote-engine.ts'

describe('the free room that a host tells', () => {
  it('is the available blocks of df, in bytes', () => {
    const debian =
      'Filesystem     1024-blocks     Used Available Capacity Mounted on\n/dev/vda1       264212084 19762328  75738936      21% /var/lib/docker\n'
    expect(freeBytesIn(debian)).toBe(75_738_936 * 1024)
  })

  it('is read from the last line: BusyBox begins before it knows that a folder is not there', () => {
    const heading = 'Filesystem           1024-blocks    Used Available Capacity Mounted on\n'
    expect(freeBytesIn(`${heading}${heading}overlay 100 40 60 40% /\n`)).toBe(60 * 1024)
  })

  it('is found behind a name with blanks', () => {
    expect(freeBytesIn('//nas/shared disk 100 40 60 40% /srv/my disk')).toBe(60 * 1024)
  })

  it.each(['', 'df: /x: Permission denied', 'Filesystem 1024-blocks Used Available Capacity Mounted on'])(
    'is unknown where it says %j',
    (answer) => {
      expect(freeBytesIn(answer)).toBeNull()
    },
  )

  it('is unknown or a whole number, whatever is said', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (answer) => {
        const bytes = freeBytesIn(answer) ?? 0
        expect(Number.isInteger(bytes) && bytes >= 0).toBe(true)
      }),
    )
  })
})
