// What a filter, a rule or a template is about: the calls of a direction, or a kind of conversation.
import type { Schemas } from '@/api/client'

export type Topic = 'in' | 'out' | 'chat' | 'offline_message'

// Section is the part of the document that is about conversations.
export type Section = 'chats' | 'offline'

// topicOf is what a section of conversations is about.
export function topicOf(section: Section): Topic {
  return section === 'chats' ? 'chat' : 'offline_message'
}

// asked is a topic as the API writes it.
export function asked(topic: Topic): NonNullable<Schemas['DirectedFilter']['of']> {
  return topic === 'in' ? 'incoming' : topic === 'out' ? 'outgoing' : topic
}

// heard names a topic among the words: of calls both directions are told alike.
export function heard(topic: Topic): 'call' | 'chat' | 'offline_message' {
  return topic === 'in' || topic === 'out' ? 'call' : topic
}

// about is the topic of a place in the settings document.
export function about(pointer: string): Topic {
  if (pointer.startsWith('/chats')) return 'chat'
  if (pointer.startsWith('/offline')) return 'offline_message'
  return pointer.includes('/outgoing/') ? 'out' : 'in'
}
