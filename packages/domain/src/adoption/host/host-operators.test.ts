import { describe, expect, test } from 'vitest'
import { hostOperators } from './host-operators.ts'
import { scriptsNamed } from './host-places.ts'

const project = {
  name: 'shop',
  folders: ['/srv/shop'],
  shipped: [{ container: 'shop_api_1', service: 'api' }],
}
const enabled = ['/etc/systemd/system/multi-user.target.wants/app.service']

const found = (texts: Record<string, string>, names: readonly string[] = enabled) =>
  hostOperators({ texts: new Map(Object.entries(texts)), names, unread: [] }, project)
const said = (texts: Record<string, string>, names?: readonly string[]): string[] =>
  found(texts, names).map(({ status, file, line }) => `${status} ${file}:${line}`)

const unit = (command: string, folder = '/srv/shop') => ({
  '/etc/systemd/system/app.service': `[Service]\nWorkingDirectory=${folder}\nExecStart=${command}\n`,
})
const cron = (line: string) => ({ '/etc/cron.d/app': `# nightly\n0 3 * * * root ${line}\n` })

describe('a unit', () => {
  test('that brings the project up is told with its line, and how to turn it off', () => {
    const [operator] = found(unit('/usr/bin/docker compose up -d --remove-orphans'))
    expect(operator).toMatchObject({
      ...{ status: 'fail', file: '/etc/systemd/system/app.service', line: 3 },
      message: expect.stringMatching(/^at every boot .* removes every container that is not in it/),
      fix: expect.stringMatching(/sudo systemctl disable app.service$/),
    })
  })

  test('that is not enabled only warns, unless a timer or a cron job starts it', () => {
    const up = unit('docker compose up -d')
    expect(said(up, [])).toEqual(['warn /etc/systemd/system/app.service:3'])
    expect(said({ ...up, ...cron('systemctl --no-block restart app') }, [])).toEqual([
      'fail /etc/systemd/system/app.service:3',
    ])
    const timed = {
      ...up,
      '/etc/systemd/system/nightly.timer': '[Timer]\nOnCalendar=daily\nUnit=app.service\n',
    }
    expect(said(timed, ['/etc/systemd/system/timers.target.wants/nightly.timer'])).toEqual([
      'fail /etc/systemd/system/app.service:3',
    ])
  })

  test.each([
    ['docker compose up -d', '/srv/other'],
    ['docker compose -p other up -d', '/srv/shop'],
    ['docker compose -f /srv/other/compose.yaml restart', '/srv/shop'],
    ['docker restart proxy', '/srv/shop'],
    ['docker compose ps', '/srv/shop'],
    ['docker builder prune -f', '/srv/shop'],
    ['systemctl restart docker-cleanup', '/srv/shop'],
  ])('that runs %s in %s is no matter of this project', (command, folder) => {
    expect(found(unit(command, folder))).toEqual([])
  })

  test.each([
    ['docker compose -p shop up -d', '/srv/other', 'fail'],
    ['docker compose --project-directory /srv/other/../shop up', '/', 'fail'],
    ['docker-compose -f docker-compose.yaml down', '/srv/shop', 'fail'],
    ['docker restart shop_api_1', '/', 'fail'],
    ['docker image prune -af', '/', 'fail'],
    ['systemctl restart docker', '/', 'fail'],
    ['docker compose exec -T api reload', '/', 'fail'],
    ['docker compose -f $FILE up -d', '/srv/shop', 'unknown'],
    ['docker stop $(docker ps -q)', '/', 'unknown'],
  ])('that runs %s in %s is %s', (command, folder, status) => {
    expect(said(unit(command, folder))).toEqual([`${status} /etc/systemd/system/app.service:3`])
  })
})

describe('a cron job', () => {
  test('is always on, and stands nowhere until it goes somewhere', () => {
    expect(said(cron('cd /srv/shop && docker compose up -d'), [])).toEqual(['fail /etc/cron.d/app:2'])
    expect(said(cron('cd /srv/blog && docker compose up -d'), [])).toEqual([])
    expect(said(cron('docker compose up -d'), [])).toEqual(['unknown /etc/cron.d/app:2'])
  })

  test('that runs a script is told by the line of the script, in the folder where it is called', () => {
    const texts = {
      ...cron('cd /srv && /opt/bin/nightly.sh'),
      '/opt/bin/nightly.sh':
        '#!/bin/sh\n# docker compose down\ncd shop\ndocker compose restart\n/opt/bin/nightly.sh\n',
    }
    expect(scriptsNamed(new Map(Object.entries(cron('/opt/bin/nightly.sh'))))).toEqual([
      '/opt/bin/nightly.sh',
    ])
    expect(
      scriptsNamed(new Map([['/etc/cron.d/app', '* * * * * root /opt/run >>/var/log/run 2> /var/x\n']])),
    ).toEqual(['/opt/run'])
    expect(said(texts, [])).toEqual(['fail /opt/bin/nightly.sh:4'])
    expect(found(texts, [])[0]?.message).toMatch(/^on its own clock/)
  })
})

test('what rc.local does is done at every boot', () => {
  expect(said({ '/etc/rc.local': '#!/bin/sh\ncd /srv/shop && docker-compose up -d\n' }, [])).toEqual([
    'fail /etc/rc.local:2',
  ])
})

test('a renewal that calls a container which a release replaces is told; one that calls the proxy is not', () => {
  const hook = (line: string) => ({
    '/etc/letsencrypt/renewal-hooks/deploy/reload.sh': `#!/bin/sh\n${line}\n`,
  })
  expect(found(hook('docker exec proxy nginx -s reload'))).toEqual([])
  expect(found(hook('docker kill -s HUP proxy'))).toEqual([])
  expect(found(hook('docker exec shop_api_1 kill -HUP 1'))).toMatchObject([
    {
      status: 'fail',
      message: expect.stringMatching(/^at every renewal .* calls shop_api_1 by a name that no container has/),
    },
  ])
})
