import type { Build } from './build.ts'

/**
 * What the release does to the database, declared by its author.
 * - `none`: no migration · `expand`: the previous release runs on the new schema
 * - `contract`: it does not · `unknown`: nobody said, so going back needs a person
 */
export type SchemaImpact = 'none' | 'expand' | 'contract' | 'unknown'

export const schemaImpacts = ['none', 'expand', 'contract', 'unknown'] as const

/** An immutable set of builds, moved and taken back as one. The version is its name. */
export interface Release {
  version: string
  builds: Build[]
  schema: SchemaImpact
  /** Digest of the project's files (towpath.yaml, compose, settings, sealed secrets) as they were at its commit. */
  snapshot: string
  author: string
  createdAt: string
}

/** Going back past such a release is a person's decision. */
export const needsPersonToGoBack = (schema: SchemaImpact): boolean =>
  schema === 'contract' || schema === 'unknown'
