/**
 * The name under which a registry keeps a package, however somebody writes it: two names are of one package where their
 * keys are the same. PyPI's is PEP 503's; GitHub knows repositories in any case, and releases an action in a folder with
 * its repository. Every other registry takes names as they are.
 */
export function packageKey(ecosystem: string, name: string): string {
  switch (ecosystem) {
    case 'PyPI':
      return name.toLowerCase().replaceAll(/[-_.]+/g, '-')
    case 'GitHub Actions':
      return name.split('/').slice(0, 2).join('/').toLowerCase()
    default:
      return name
  }
}
