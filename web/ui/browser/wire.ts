// The line between the browser and the connector, which a test may cut and mend: both go on living meanwhile.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface Wire {
  // address is the connector's through the wire.
  address: string
  // cut ends every connection and lets nobody through.
  cut: () => Promise<void>
  mend: () => Promise<void>
}

export async function wireTo(connector: string): Promise<Wire> {
  const { hostname, port } = new URL(connector)
  const lines = new Set<Socket>()
  const server = createServer((from) => {
    const to = connect(Number(port), hostname)
    for (const [side, other] of [[from, to], [to, from]] as const) {
      lines.add(side)
      side.on('error', () => other.destroy()) // who is cut off hangs up
      side.on('close', () => {
        lines.delete(side)
        other.destroy()
      })
    }
    from.pipe(to).pipe(from)
  })
  const listen = (at: number): Promise<void> => new Promise((resolve) => server.listen(at, '127.0.0.1', resolve))
  await listen(0)
  const own = (server.address() as AddressInfo).port
  return {
    address: `http://127.0.0.1:${own}`,
    cut: () => new Promise((resolve) => {
      server.close(() => resolve())
      for (const line of lines) line.destroy()
    }),
    mend: () => listen(own),
  }
}
