import { textIn } from '../../repository/placed-yaml.ts'
import { scalarsIn } from '../../repository/placed-yaml.ts'
import { valueOf } from '../../repository/written-compose.ts'
import type { AdoptedService, AdoptionSurvey, Finding, Trap } from '../finding.ts'
import { mentions } from './container-name.ts'

const RELOADS =
  /\bdocker(?:\s+compose|-compose)?(?:\s+-{1,2}[\w-]+(?:[= ][\w./-]+)?)*\s+(?:exec|restart|kill|stop|start)\b/
const RENEWS = /\bcertbot\b|\bacme\.sh\b|\blego\b|renewal-hooks|--(?:deploy|post|renew)-hook/

/** A renewed certificate is used only once the proxy reads it again; a hook that names a container breaks when its name goes. */
export const certificateRenewal: Trap = {
  id: 'certificate-renewal',
  passes: 'whoever renews certificates finds the proxy also after a release',
  look: (survey) => {
    const mounts = survey.services.flatMap(certificateMount)
    const renewing = survey.commands.filter(({ text, file }) => RENEWS.test(text) || RENEWS.test(file))
    if (mounts.length === 0 && renewing.length === 0) return null
    const reloading = survey.commands.filter(
      ({ text, file }) =>
        RELOADS.test(text) &&
        (RENEWS.test(text) || RENEWS.test(file) || /nginx\s+-s\s+reload|\bcaddy\s+reload\b/.test(text)),
    )
    const named = reloading.flatMap(({ file, line, text }) => byName(survey, { file, line, text }))
    if (reloading.length > 0) return named
    return mounts.slice(0, 1).map((mount) => unseen(mount, renewing.length > 0))
  },
}

interface CertificateMount {
  service: AdoptedService
  file: string
  line: number
  source: string
}

function certificateMount(service: AdoptedService): CertificateMount[] {
  const volumes = valueOf(service.written, 'volumes')
  return scalarsIn(volumes?.value).flatMap(({ text, line }) =>
    /letsencrypt\/(?:live|archive)|\/acme|\/certs?\/|\.pem:/.test(text)
      ? [{ service, file: volumes?.file ?? service.written.file, line, source: text.split(':')[0] ?? '' }]
      : [],
  )
}

function byName(
  { services }: AdoptionSurvey,
  { file, line, text }: { file: string; line: number; text: string },
): Finding[] {
  const name = targetOf(text)
  const target = services.find(({ written }) =>
    [textIn(valueOf(written, 'container_name')?.value), written.name].some(
      (own) => own !== undefined && (name === null ? mentions(text, own) : name === own),
    ),
  )
  if (target === undefined)
    return [
      {
        ...{ status: 'unknown', file, line },
        message: `the renewal of a certificate reloads a container that no service here is called: ${text.trim().slice(0, 80)}`,
        fix: 'name the proxy as the compose file does, and try it: certbot renew --dry-run',
      },
    ]
  const { written, role, shippedAs } = target
  // The proxy stays an accessory with its name; what is shipped has another name with every release.
  if (role === 'proxy' && shippedAs === null)
    return [
      {
        ...{ status: 'warn', file, line },
        message: `the renewal of a certificate reloads ${written.name} by name: that works as long as it stays an accessory and keeps its container_name`,
        fix: `leave ${written.name} out of services in towpath.yaml, and keep its container_name; with two environments a host map.names puts a word before it`,
      },
    ]
  return [
    {
      ...{ status: 'fail', file, line },
      message: `the renewal of a certificate reloads ${written.name} by name, and its container is called otherwise with every release: the old certificate would run out unseen`,
      fix: 'find it by label: docker ps -q --filter label=towpath.service=NAME',
    },
  ]
}

const VALUED = /^(?:-[suwet]|--(?:signal|user|workdir|env|time|index))$/

/** The container or service that `docker exec` and its like name; null where the shell works it out. */
function targetOf(text: string): string | null {
  const words = (/\b(?:exec|restart|kill|stop|start)\s+(.*)$/.exec(text)?.[1] ?? '').split(/\s+/)
  const at = words.findIndex((word, index) => !word.startsWith('-') && !VALUED.test(words[index - 1] ?? ''))
  const name = (words[at] ?? '').replaceAll(/["';)]/g, '')
  return name === '' || /[$`(]/.test(name) ? null : name
}

const unseen = ({ service, file, line, source }: CertificateMount, isRenewedHere: boolean): Finding => ({
  ...{ status: 'unknown', file, line },
  message: `${service.written.name} serves certificates from ${source} and reads them only when it starts or reloads; ${
    isRenewedHere ? 'what renews them here does not reload it' : 'nothing here renews them or reloads it'
  }. A hook on the host most likely calls the container by its name`,
  fix: `look on the host: ls /etc/letsencrypt/renewal-hooks/deploy; grep -r hook /etc/letsencrypt/renewal. Keep the hook in the repository`,
})
