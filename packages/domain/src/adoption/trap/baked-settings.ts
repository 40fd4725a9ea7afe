import { finalStages } from '../../repository/dockerfile.ts'
import type { Dockerfile } from '../../repository/dockerfile.ts'
import { childIn, entriesIn, scalarsIn } from '../../repository/placed-yaml.ts'
import { environmentOf, valueOf } from '../../repository/written-compose.ts'
import type { AdoptionSurvey, Finding, Trap } from '../finding.ts'

/** Names that a bundler writes into the files it makes, so that the running container cannot change them. */
const BAKED = /^(?:NEXT_PUBLIC_|VITE_|REACT_APP_|NUXT_PUBLIC_|PUBLIC_|GATSBY_|EXPO_PUBLIC_|VUE_APP_)\w+/
/** These two are read when the server starts as well, so only what the browser gets is baked. */
const BUNDLER: Readonly<Record<string, string>> = { NEXT_PUBLIC_: 'next', VITE_: 'vite' }

/** A setting that is baked at build time makes one image per environment, so what was tested is not what is shipped. */
export const bakedSettings: Trap = {
  id: 'baked-settings',
  passes: 'settings are read when a container starts, not when its image is built',
  look: (survey) => {
    if (survey.services.length + survey.dockerfiles.length === 0) return null
    return [
      ...(handsOver(survey) ? [] : survey.services.flatMap(inCompose)),
      ...survey.dockerfiles.flatMap(inDockerfile),
      ...inWorkflows(survey),
    ]
  },
}

function inCompose({ written }: AdoptionSurvey['services'][number]): Finding[] {
  const runtime = [...environmentOf(written)].filter(([name, { text }]) => BAKED.test(name) && text !== '')
  const args = childIn(valueOf(written, 'build')?.value, 'args')
  const built =
    args?.kind === 'map'
      ? entriesIn(args).map(([name, { line }]) => ({ name, line }))
      : scalarsIn(args).map(({ text, line }) => ({ name: text.split('=')[0] ?? '', line }))
  const file = valueOf(written, 'build')?.file ?? written.file
  return [
    ...runtime.map(([name, at]): Finding => ({
      ...{ status: 'fail', file: at.file, line: at.line },
      message: `${name} is set when ${written.name} starts, but ${bundlerOf(name)} wrote its value into the image when that was built: in the browser this line changes nothing`,
      fix: 'hand it to the browser at run time, so that one image serves every environment: docs/how-to/build-once.md',
    })),
    ...built
      .filter(({ name }) => BAKED.test(name))
      .map(({ name, line }) => perEnvironment({ name, file, line })),
  ]
}

/** Packages that put such settings into the page when it is served. */
const handsOver = ({ manifests }: AdoptionSurvey): boolean =>
  manifests.some(({ dependencies }) =>
    ['next-runtime-env', '@runtime-env/react', 'react-inject-env', 'import-meta-env'].some((name) =>
      dependencies.has(name),
    ),
  )

const bundlerOf = (name: string): string =>
  BUNDLER[Object.keys(BUNDLER).find((prefix) => name.startsWith(prefix)) ?? ''] ?? 'the bundler'

const perEnvironment = ({ name, file, line }: { name: string; file: string; line: number }): Finding => ({
  ...{ status: 'fail', file, line },
  message: `${name} goes into the image when it is built: staging and production need images of their own, and what was verified is not what is shipped`,
  fix: 'hand it to the browser at run time, so that one image serves every environment: docs/how-to/build-once.md',
})

/** An `ARG` that becomes an `ENV` of the image, or that a bundler reads during `RUN`. */
function inDockerfile(file: Dockerfile): Finding[] {
  const all = file.stages.flatMap(({ lines }) => lines)
  const args = new Map(
    all.filter(({ keyword }) => keyword === 'ARG').map(({ text, line }) => [text.split('=')[0] ?? '', line]),
  )
  const final = new Set(finalStages(file, null).flatMap(({ lines }) => lines))
  return all.flatMap((line): Finding[] => {
    if (line.keyword === 'ARG') {
      const name = line.text.split('=')[0] ?? ''
      return BAKED.test(name) ? [perEnvironment({ name, file: file.path, line: line.line })] : []
    }
    if (line.keyword !== 'ENV' || !final.has(line)) return []
    const passed = [...line.text.matchAll(/([A-Za-z_]\w*)\s*[= ]\s*["']?\$\{?(\w+)\}?/g)]
    return passed.flatMap(([, name = '', arg = '']) => {
      if (!args.has(arg) || BAKED.test(arg) || VERSIONS.test(name)) return []
      return [
        {
          ...{ status: 'warn' as const, file: file.path, line: line.line },
          message: `${name} comes from the build argument ${arg}: the value stays in the image and is the same in every environment, and ${SECRETS.test(name) ? 'anybody who pulls it can read it' : 'compose can only lay another one over it'}`,
          fix: `leave it out of the image and set ${name} when the container starts`,
        },
      ]
    })
  })
}

/** What an image rightly knows of itself. */
const VERSIONS = /VERSION|COMMIT|REVISION|GIT_|BUILD_|SHA$|^PATH$|^NODE_ENV$|ARCH|PLATFORM/
const SECRETS = /SECRET|TOKEN|PASSWORD|PRIVATE|API_KEY/

function inWorkflows({ workflows }: AdoptionSurvey): Finding[] {
  return workflows.flatMap((workflow) =>
    workflow.jobs.flatMap(({ steps }) =>
      steps.flatMap(({ inputs }) => {
        const args = inputs.get('build-args')
        if (args === undefined) return []
        return args.text.split(/\r?\n/).flatMap((row, at) => {
          const name = row.trim().split('=')[0] ?? ''
          return BAKED.test(name)
            ? [perEnvironment({ name, file: workflow.path, line: args.line + at + (args.isBlock ? 1 : 0) })]
            : []
        })
      }),
    ),
  )
}
