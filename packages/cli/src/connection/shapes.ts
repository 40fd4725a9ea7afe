import type { components } from '../client/schema.d.ts'

type Schemas = components['schemas']

/** What the server answers, as its OpenAPI document names it. */
export type EnvironmentAnswer = Schemas['Environment']
export type DeploymentAnswer = Schemas['Deployment']
export type DeploymentSummary = Schemas['DeploymentSummary']
export type PreviewAnswer = Schemas['Preview']
export type AlreadyLiveAnswer = Schemas['AlreadyLive']
export type ReleaseAnswer = Schemas['Release']
export type AdoptionAnswer = Schemas['Adoption']
export type EjectionAnswer = Schemas['Ejection']
export type PolicyAnswer = Schemas['Policy']
export type ObservedAnswer = Schemas['ObservedDeployment']
export type WatchAnswer = Schemas['Watch']
export type EvidenceAnswer = Schemas['Evidence']
export type FindingsAnswer = Schemas['Findings']
export type LiveFindingAnswer = Schemas['LiveFinding']
