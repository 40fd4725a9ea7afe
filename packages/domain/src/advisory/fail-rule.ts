/** What makes an audit fail: nothing, any vulnerability, anything at all, or vulnerabilities from a severity on. */
export const failRules = ['none', 'vulnerabilities', 'warnings', 'low', 'medium', 'high', 'critical'] as const
export type FailRule = (typeof failRules)[number]
