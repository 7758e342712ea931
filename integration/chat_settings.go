package integration

import (
	"time"

	"omniconnector/crm"
	"omniconnector/rules"
)

// Conversations is the section «Чаты» or «Офлайн заявки» (C-1 … C-14).
type Conversations struct {
	Enabled bool `json:"enabled"`
	// Create is «Создавать Лиды/Сделки/Контакты» (C-2); off, conversations only reach records that exist.
	Create bool `json:"create"`
	// Channels are the types of channel that are processed (C-3), in the platform's words; offline requests have none.
	Channels []string `json:"channels"`
	// Filter keeps conversations out (C-11).
	Filter CallFilter `json:"filter"`
	// Responsible chooses whose a record is (C-4).
	Responsible Responsible `json:"responsible"`
	// Primary and Repeat say what is made of a conversation with somebody unknown and with somebody known (C-5, C-6).
	Primary Beginning `json:"primary"`
	Repeat  Beginning `json:"repeat"`
	// CommentTo is «Приоритет добавления комментариев» (C-5): for a Repeat that makes nothing or an activity.
	CommentTo Priority `json:"comment_to"`
	// Transcript says when the words go over (C-7); those of an offline request go at once.
	Transcript TranscriptMode `json:"transcript"`
	// Notify is «Отправить уведомления о создании лида или сделки» (C-8).
	Notify bool `json:"notify"`
	// CopyToClient is «Дополнительно сохранять комментарии в контакт/компанию» (C-9).
	CopyToClient bool `json:"copy_to_client"`
	// Closed is «Добавлять данные к закрытым лидам/сделкам» (C-10).
	Closed bool `json:"closed_too"`
	// Names are the templates of C-12.
	Names NameTemplates `json:"names"`
	// Fields are the pairs of C-13.
	Fields ExtraFields `json:"extra_fields"`
	// WithoutContacts is «Создавать сущности, если нет контактных данных» (C-14).
	WithoutContacts bool `json:"without_contacts"`
	// SilenceHours is how long a chat may say nothing before it counts as over.
	SilenceHours int `json:"silence_hours"`
}

// Beginning is what is made of a conversation, and where it begins (C-5, C-6).
type Beginning struct {
	Make      Making           `json:"make"`
	LeadStage string           `json:"lead_stage"`
	Funnel    int64            `json:"funnel"`
	Stage     string           `json:"stage"`
	Rules     []ChatFunnelRule `json:"rules"`
}

// ChatFunnelRule sends the conversations its filter lets through to stages: of the lead, and of the deal in a funnel.
type ChatFunnelRule struct {
	Name      string       `json:"name"`
	LeadStage string       `json:"lead_stage"`
	Funnel    int64        `json:"funnel"`
	Stage     string       `json:"stage"`
	Where     rules.Filter `json:"where"`
}

// Making is which records a conversation makes (C-5).
type Making string

// The choices of C-5; the last two are for repeat conversations only.
const (
	MakeLead     Making = "lead"
	MakeDeal     Making = "deal"
	MakeBoth     Making = "lead_and_deal"
	MakeActivity Making = "activity"
	MakeNothing  Making = "nothing"
)

// Kinds are the records that a choice makes.
func (m Making) Kinds() []crm.Kind {
	switch m {
	case MakeLead:
		return []crm.Kind{crm.Lead}
	case MakeDeal:
		return []crm.Kind{crm.Deal}
	case MakeBoth:
		return []crm.Kind{crm.Lead, crm.Deal}
	case MakeActivity, MakeNothing:
	}
	return nil
}

// Priority says which of a known person's records take the words of a conversation (C-5).
type Priority string

// The choices of «Приоритет добавления комментариев».
const (
	ToDeals Priority = "deals"
	ToLeads Priority = "leads"
	ToBoth  Priority = "both"
)

// TranscriptMode says when the words of a chat go over (C-7).
type TranscriptMode string

// The choices of C-7.
const (
	AtStart TranscriptMode = "start" // while the conversation runs
	AtEnd   TranscriptMode = "end"   // once it is over
)

// DefaultChatSilence is how long a chat may say nothing before it counts as over.
const DefaultChatSilence = 24 * time.Hour

// ChannelTypes are the types of channel that chats may come from, in the manual's order (C-3; contract uis §5.1).
func ChannelTypes() []Variable {
	return []Variable{
		{"whatsapp", "WhatsApp", "WhatsApp", ""},
		{"telegram", "Telegram-бот", "Telegram bot", ""},
		{"telegram_private", "Telegram (личный)", "Telegram (private)", ""},
		{"waba", "WABA", "WABA", ""},
		{"avito", "Авито", "Avito", ""},
		{"vkontakte_groups", "ВКонтакте", "VK", ""},
		{"email", "Email", "Email", ""},
		{"comagic", "Чат на сайте", "Web chat", ""},
		{"sms", "SMS", "SMS", ""},
	}
}

// defaultConversations is what a tenant starts from: it is switched on when the tenant has looked at it.
func defaultConversations() Conversations {
	begin := Beginning{Make: MakeLead, LeadStage: "NEW", Stage: "NEW"}
	repeat := begin
	repeat.Make = MakeNothing
	c := Conversations{
		Create: true, Primary: begin, Repeat: repeat, CommentTo: ToDeals, Transcript: AtStart, Notify: true,
		SilenceHours: int(DefaultChatSilence / time.Hour),
	}
	for _, t := range ChannelTypes() {
		c.Channels = append(c.Channels, t.Name)
	}
	return c
}

// Conversations gives what is set for a kind of conversation.
func (s *Settings) Conversations(k Communication) *Conversations {
	if k == Offline {
		return &s.Offline
	}
	return &s.Chats
}

// Silence is how long a conversation may say nothing before it counts as over.
func (c *Conversations) Silence() time.Duration {
	if c.SilenceHours <= 0 {
		return DefaultChatSilence
	}
	return time.Duration(c.SilenceHours) * time.Hour
}
