/** The kinds of version that can be ordered; apart from the orders, so that naming them loads none. */
export const orderNames = ['deb', 'apk', 'rpm', 'semver', 'pep440'] as const
export type OrderName = (typeof orderNames)[number]
