import { TowpathError } from '@towpath/domain/error/towpath-error.ts'

/** Whether a platform is the one that was asked for: `linux/arm64` stands for each of its variants. */
export const isPlatform = (platform: string, wanted: string): boolean =>
  platform === wanted || platform.startsWith(`${wanted}/`)

export const noPlatform = (path: string, wanted: string, others: readonly string[]): TowpathError =>
  new TowpathError({
    code: 'PLATFORM_NOT_FOUND',
    kind: 'usage',
    message: `${path} holds no image for ${wanted}; it has ${others.map((platform) => platform || 'one without a platform').join(', ')}.`,
    hint: 'Nothing was judged. Name one of these, or leave --platform out for all of them.',
  })
