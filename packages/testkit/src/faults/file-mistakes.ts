/** A mistake in a file of the example's checkout that makes a release of it impossible. */
export interface FileMistake {
  file: string
  what: string
  edit: (text: string) => string
  /** What the problem has to say, beside its place. */
  says: RegExp
}

const append = (line: string) => (text: string) => `${text}\n${line}\n`
const swap = (one: string, other: string) => (text: string) => text.replace(one, other)

const config: Omit<FileMistake, 'file'>[] = [
  { what: 'that is no YAML', edit: append('services: [unclosed'), says: /./ },
  { what: 'with an unknown key', edit: swap('keep: 5', 'kep: 5'), says: /kep/ },
  { what: 'with one key twice', edit: append('version: 1'), says: /version/ },
  { what: 'with a value out of bounds', edit: swap('keep: 5', 'keep: 5000'), says: /keep.*50/ },
  { what: 'with a path that leads out', edit: swap('e: docker-c', 'e: ../docker-c'), says: /compose/ },
  { what: 'with a tag for code', edit: append('x: !!js/function "() => 1"'), says: /./ },
]

const command = 'command: []'
const compose: Omit<FileMistake, 'file'>[] = [
  { what: 'that is no YAML', edit: append('services: {'), says: /./ },
  { what: 'with an unknown key', edit: swap(' restart: un', ' restrat: un'), says: /restrat/ },
  { what: 'with a variable that must be set', edit: swap('${NGINX_IMAGE:-', '${X:?'), says: /X/ },
  { what: 'with a dependency on nothing', edit: swap('- rust-app\n', '- nobody\n'), says: /nobody/ },
  { what: 'that reads a file of the host', edit: swap(command, 'env_file: /etc/passwd'), says: /passwd/ },
  { what: 'that extends one', edit: swap(command, 'extends: {file: ../../x, service: x}'), says: /x/ },
]

const settings: Omit<FileMistake, 'file'>[] = [
  { what: 'with a line that sets nothing', edit: append('NOT A SETTING'), says: /./ },
]

/** One of each kind, by file. */
export const fileMistakes: FileMistake[] = [
  ...config.map((mistake) => ({ file: 'towpath.yaml', ...mistake })),
  ...compose.map((mistake) => ({ file: 'docker-compose.yaml', ...mistake })),
  ...settings.map((mistake) => ({ file: 'env/shared.env', ...mistake })),
]
