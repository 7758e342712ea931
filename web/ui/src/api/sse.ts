// Reading of server-sent events from pieces of text as they arrive.

export interface Message {
  id: string
  event: string
  data: string
}

// Reader gathers pieces until messages are whole. What is between two messages is kept for the next piece.
export class Reader {
  private rest = ''
  // retry is how many milliseconds the server wants to be left alone before the next attempt.
  retry: number | null = null

  // read answers the messages that became whole.
  read(piece: string): Message[] {
    const parts = (this.rest + piece).replace(/\r\n?/g, '\n').split('\n\n')
    this.rest = parts.pop() ?? ''
    const found: Message[] = []
    for (const part of parts) {
      const message = this.parse(part)
      if (message) found.push(message)
    }
    return found
  }

  private parse(block: string): Message | null {
    const message: Message = { id: '', event: 'message', data: '' }
    const data: string[] = []
    for (const line of block.split('\n')) {
      const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/.exec(line) ?? []
      if (field === 'data') data.push(value)
      else if (field === 'id') message.id = value
      else if (field === 'event') message.event = value
      else if (field === 'retry' && /^\d+$/.test(value)) this.retry = Number(value)
    }
    message.data = data.join('\n')
    return data.length ? message : null
  }
}
