// Putting a variable into a name template.
export interface Written {
  text: string
  caret: number
}

// insert puts a variable in place of what is selected.
export function insert(text: string, start: number, end: number, variable: string): Written {
  const put = `{{${variable}}}`
  return { text: text.slice(0, start) + put + text.slice(end), caret: start + put.length }
}
