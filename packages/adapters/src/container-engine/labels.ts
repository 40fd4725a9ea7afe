/** Present on everything that Towpath creates; its value names the installation. What lacks it is never changed. */
export const INSTALLATION_LABEL = 'towpath.installation'

/** On the short-lived network that asks the engine for a free subnet; its value is the network it is asked for. */
export const SUBNET_PROBE_LABEL = 'towpath.subnet-probe'
