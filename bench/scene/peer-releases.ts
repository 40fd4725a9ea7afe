import type { Behaviour, ExampleImages } from '@towpath/testkit/example-images.ts'
import type { ExampleScene } from '@towpath/testkit/example-scene.ts'
import { connectDocker } from '@towpath/testkit/docker.ts'
import { finished } from '@towpath/testkit/image/import.ts'
import type Docker from 'dockerode'

/** What is released with every tool that stands beside: the backend behaves like this, the frontend is good. */
export const peerBehaviours: Record<PeerRelease, Behaviour> = {
  good: 'good',
  'never healthy': 'never-healthy',
  '20% errors': 'errors:0.2',
}

export type PeerRelease = 'good' | 'never healthy' | '20% errors'

export const peerReleases = ['good', 'never healthy', '20% errors'] as const

/** How long somebody who watches takes to see that a release is bad; what follows is done at once. */
export const seenAfterMs = 5_000

const versionOf: Record<PeerRelease, string> = {
  good: '7.0.0',
  'never healthy': '7.1.0',
  '20% errors': '7.2.0',
}

export const buildPeerRelease = (scene: ExampleScene, release: PeerRelease): Promise<ExampleImages> =>
  scene.build({ version: versionOf[release], behaviour: peerBehaviours[release] })

export const answersOfPeer = (release: PeerRelease): string => versionOf[release]

/** Puts images on an engine beforehand, as everybody's are in this benchmark. */
export async function pullAll(images: readonly string[], docker: Docker = connectDocker()): Promise<void> {
  for (const image of images) await finished(docker, await docker.pull(image))
}
