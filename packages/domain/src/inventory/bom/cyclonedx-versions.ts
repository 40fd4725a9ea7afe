/** Versions of CycloneDX that are written; what is told of an image is the same in both. */
export const cycloneDxVersions = ['1.6', '1.7'] as const
export type CycloneDxVersion = (typeof cycloneDxVersions)[number]
