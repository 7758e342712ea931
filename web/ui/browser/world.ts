// A world for one test: an empty connector with the operator's token, an emulated portal and platform, each a real process's
// real HTTP server on a port of its own.
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const demo = process.env.OMNI_DEMO ?? fileURLToPath(new URL('../../../bin/demo', import.meta.url))

export interface World {
  connector: string
  portal: string
  platform: string
  admin: string
  token: string
  // api asks the JSON API as somebody; the body of the answer, or an error with it.
  api: <T>(token: string, method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<T>
  // play starts a scene at the platform, as a button of its page does.
  play: (scene: string, speed?: number) => Promise<void>
  // press sends a form of the platform's pages, and answers the path of the page that follows.
  press: (path: string, fields: Record<string, string>) => Promise<string>
  stop: () => Promise<void>
}

// startWorld runs `demo empty` (or `demo run`, with a tenant and a morning) on free ports.
export async function startWorld(command: 'empty' | 'run' = 'empty', ...more: string[]): Promise<World> {
  const dir = mkdtempSync(join(tmpdir(), 'omni-world-'))
  const [connector, portal, platform] = await freePorts(3)
  const address = (port: number): string => `127.0.0.1:${port}`
  const child = spawn(demo, [
    command, '--told', '--data', dir, '--listen', address(connector!), '--portal', address(portal!), '--platform', address(platform!), '--latency', '0', ...more,
  ], { stdio: ['ignore', 'pipe', 'inherit'] })
  const told = JSON.parse(await firstLine(child)) as { connector: string; portal: string; platform: string; admin: string; token: string; log: string }
  return {
    ...told,
    async api(token, method, path, body, headers = {}) {
      const answer = await fetch(told.connector + path, {
        method, body: body === undefined ? undefined : JSON.stringify(body),
        headers: { Authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
      })
      const text = await answer.text()
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
      return (text ? JSON.parse(text) : null) as never
    },
    async play(scene, speed = 100) {
      const answer = await fetch(`${told.platform}/control/play?scene=${encodeURIComponent(scene)}&speed=${speed}`, { method: 'POST' })
      if (!answer.ok) throw new Error(`scene ${scene}: ${answer.status} ${await answer.text()}`)
    },
    async press(path, fields) {
      const answer = await fetch(told.platform + path, { method: 'POST', body: new URLSearchParams(fields) })
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
      return new URL(answer.url).pathname
    },
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      child.kill('SIGINT')
      await ended
      if (process.env.OMNI_LOG) console.log(readFileSync(told.log, 'utf8'))
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

async function freePorts(n: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: n }, () => new Promise<ReturnType<typeof createServer>>((resolve) => {
    const s = createServer()
    s.listen(0, '127.0.0.1', () => resolve(s))
  })))
  const ports = servers.map((s) => (s.address() as { port: number }).port)
  await Promise.all(servers.map((s) => new Promise((resolve) => s.close(resolve))))
  return ports
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the world ended with ${code} before it was ready`)))
    createInterface({ input: child.stdout! }).once('line', (line) => {
      child.removeAllListeners('exit')
      resolve(line)
    })
  })
}
