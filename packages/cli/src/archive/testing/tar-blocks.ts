/** What a header of a tar may claim; every field as it stands there, whether it makes sense or not. */
export interface ClaimedHeader {
  name: string
  size: string | Buffer
  type: string
  linkname: string
}

/** One entry with any claims, and a checksum that is right (POSIX ustar): what a library that writes tars would refuse to make. */
export function claimedEntry({ name, size, type, linkname }: ClaimedHeader, body: Buffer): Buffer {
  const header = Buffer.alloc(512)
  header.write(name.slice(0, 100), 0, 'latin1')
  header.write('0000644\u00000000000\u00000000000\0', 100, 'latin1')
  if (typeof size === 'string') header.write(size.slice(0, 11), 124, 'latin1')
  else size.copy(header, 124, 0, 12)
  header.write('00000000000', 136, 'latin1')
  header.write(type, 156, 'latin1')
  header.write(linkname.slice(0, 100), 157, 'latin1')
  header.write('ustar\u000000', 257, 'latin1')
  header.fill(' ', 148, 156)
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return Buffer.concat([header, body, Buffer.alloc((512 - (body.length % 512)) % 512)])
}

export const endOfTar = Buffer.alloc(1024)
