/** When this table was last held against its sources. */
export const TABLE_DATED = '2026-11-27'

interface Ending {
  /** Of a tag: a version or a code name. */
  tag: string
  name: string
  /** Last day with security fixes by the project itself, long-term support included. */
  ends: string
}

/**
 * Sources: Debian and Ubuntu, the `distro-info-data` package (LTS; Ubuntu without paid years); Alpine,
 * alpinelinux.org/releases; Rocky Linux, its version guide; AlmaLinux, its release notes; Red Hat, its life cycle without
 * paid years; openSUSE, its lifetimes (Leap 16 has 24 months a release); Node.js, nodejs/Release; PostgreSQL, its
 * versioning policy; Python, PEP 602 and its like; nginx, its own releases (a branch ends when the next but one begins).
 */
const FAMILIES: Readonly<Record<string, readonly (readonly [tag: string, ends: string])[]>> = {
  debian: [
    ['stretch', '2022-06-30'],
    ['buster', '2024-06-30'],
    ['bullseye', '2026-08-31'],
    ['bookworm', '2028-06-30'],
    ['trixie', '2030-06-30'],
  ],
  ubuntu: [
    ['bionic', '2023-05-31'],
    ['focal', '2025-05-29'],
    ['jammy', '2027-06-01'],
    ['mantic', '2024-07-11'],
    ['noble', '2029-05-31'],
    ['oracular', '2025-07-10'],
    ['plucky', '2026-01-15'],
    ['questing', '2026-07-09'],
    ['resolute', '2031-05-29'],
  ],
  alpine: [
    ['3.16', '2024-05-23'],
    ['3.17', '2024-11-22'],
    ['3.18', '2025-05-09'],
    ['3.19', '2025-11-01'],
    ['3.20', '2026-04-01'],
    ['3.21', '2026-11-01'],
    ['3.22', '2027-05-01'],
    ['3.23', '2027-11-01'],
  ],
  rocky: [
    ['8', '2029-05-31'],
    ['9', '2032-05-31'],
    ['10', '2035-05-31'],
  ],
  almalinux: [
    ['8', '2029-03-01'],
    ['9', '2032-05-31'],
    ['10', '2035-05-31'],
  ],
  rhel: [
    ['8', '2029-05-31'],
    ['9', '2032-05-31'],
    ['10', '2035-05-31'],
  ],
  'opensuse-leap': [
    ['15.5', '2024-12-31'],
    ['15.6', '2026-04-30'],
    ['16.0', '2027-10-31'],
  ],
  node: [
    ['14', '2023-04-30'],
    ['16', '2023-09-11'],
    ['18', '2025-04-30'],
    ['20', '2026-04-30'],
    ['21', '2024-06-01'],
    ['22', '2027-04-30'],
    ['23', '2025-06-01'],
    ['24', '2028-04-30'],
    ['25', '2026-06-01'],
    ['26', '2029-04-30'],
  ],
  nginx: [
    ['1.22', '2023-04-11'],
    ['1.23', '2023-04-11'],
    ['1.24', '2024-04-23'],
    ['1.25', '2024-04-23'],
    ['1.26', '2025-04-23'],
    ['1.27', '2025-04-23'],
  ],
  postgres: [
    ['11', '2023-11-09'],
    ['12', '2024-11-21'],
    ['13', '2025-11-13'],
    ['14', '2026-11-12'],
    ['15', '2027-11-11'],
    ['16', '2028-11-09'],
    ['17', '2029-11-08'],
    ['18', '2030-11-14'],
  ],
  python: [
    ['3.7', '2023-06-27'],
    ['3.8', '2024-10-07'],
    ['3.9', '2025-10-31'],
    ['3.10', '2026-10-31'],
    ['3.11', '2027-10-31'],
    ['3.12', '2028-10-31'],
    ['3.13', '2029-10-31'],
    ['3.14', '2030-10-31'],
  ],
}

const NUMBERS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  debian: { '9': 'stretch', '10': 'buster', '11': 'bullseye', '12': 'bookworm', '13': 'trixie' },
  ubuntu: {
    ...{ '18.04': 'bionic', '20.04': 'focal', '22.04': 'jammy', '23.10': 'mantic', '24.04': 'noble' },
    ...{ '24.10': 'oracular', '25.04': 'plucky', '25.10': 'questing', '26.04': 'resolute' },
  },
}

const IMAGES: Readonly<Record<string, string>> = {
  postgis: 'postgres',
  pgvector: 'postgres',
  'nginx-unprivileged': 'nginx',
  rockylinux: 'rocky',
  leap: 'opensuse-leap',
}
const DISTROLESS = /distroless\/[\w.-]*?debian(\d+)/

/** What an image is made of, as far as its name and tag say; empty where they say nothing that the table knows. */
export function endingsOf(image: string): Ending[] {
  const [name, tag] = splitTag(image)
  const base = name.slice(name.lastIndexOf('/') + 1)
  const family = IMAGES[base] ?? base
  const debian = DISTROLESS.exec(image)?.[1]
  if (debian !== undefined) return ending('debian', NUMBERS['debian']?.[debian] ?? debian)
  const [first = '', ...rest] = tag.split('-')
  const own = Object.hasOwn(FAMILIES, family) ? ending(family, versionIn(family, first)) : []
  const below = rest.flatMap((part) => {
    const alpine = /^alpine(\d+\.\d+)$/.exec(part)?.[1]
    if (alpine !== undefined) return ending('alpine', alpine)
    return ['debian', 'ubuntu'].flatMap((distribution) => ending(distribution, part))
  })
  const named =
    own.length === 0 ? ['debian', 'ubuntu'].flatMap((distribution) => ending(distribution, first)) : []
  return [...own, ...named, ...below]
}

/** Whether the table has a word for this kind of image at all. */
export const isKnownFamily = (image: string): boolean => {
  const [name] = splitTag(image)
  const base = name.slice(name.lastIndexOf('/') + 1)
  return Object.hasOwn(FAMILIES, IMAGES[base] ?? base) || DISTROLESS.test(image)
}

/** What gets fixes as a whole for each major version, whichever minor one it is. */
const BY_MAJOR = new Set(['node', 'postgres', 'rocky', 'almalinux', 'rhel'])

/** `3.20.1` is of 3.20, `18.04` is bionic, `18.20.4` of Node is 18. */
function versionIn(family: string, text: string): string {
  const number = NUMBERS[family]?.[text] ?? NUMBERS[family]?.[text.split('.')[0] ?? '']
  if (number !== undefined) return number
  const parts = text.split('.')
  return BY_MAJOR.has(family) ? (parts[0] ?? '') : parts.slice(0, 2).join('.')
}

function ending(family: string, tag: string): Ending[] {
  const row = FAMILIES[family]?.find(([known]) => known === tag)
  return row === undefined ? [] : [{ tag, name: `${LABELS[family] ?? family} ${tag}`, ends: row[1] }]
}

const LABELS: Readonly<Record<string, string>> = {
  ...{ debian: 'Debian', ubuntu: 'Ubuntu', alpine: 'Alpine', node: 'Node.js', nginx: 'nginx' },
  ...{ postgres: 'PostgreSQL', python: 'Python', rocky: 'Rocky Linux', almalinux: 'AlmaLinux' },
  ...{ rhel: 'Red Hat Enterprise Linux', 'opensuse-leap': 'openSUSE Leap' },
}

const splitTag = (image: string): [string, string] => {
  const plain = image.replace(/@.*$/, '')
  const tag = /:([^/:]+)$/.exec(plain)?.[1] ?? ''
  return [tag === '' ? plain : plain.slice(0, -tag.length - 1), tag]
}
