/** Present on everything that Towpath creates; its value names the installation. What lacks it is never changed. */
export const INSTALLATION_LABEL = 'towpath.installation'

/** On the short-lived network that asks the engine for a free subnet; its value is the network it is asked for. */
export const SUBNET_PROBE_LABEL = 'towpath.subnet-probe'

/** The environment a thing belongs to: two of one installation may share an engine, never a container. */
export const ENVIRONMENT_LABEL = 'towpath.environment'

/** Whether a container by the wanted name may stand for what was asked. */
export const belongsTogether = (labels: Record<string, string>, wanted: Record<string, string>): boolean =>
  [INSTALLATION_LABEL, ENVIRONMENT_LABEL].every((label) => labels[label] === wanted[label])
