package settings

import "strings"

// ofConversation reports whether a place is in the section of chats or of offline requests.
func ofConversation(pointer string) bool {
	return strings.HasPrefix(pointer, "/chats/") || strings.HasPrefix(pointer, "/offline/")
}

// ofChats are the sentences of chats and offline requests alone, and those that speak of calls elsewhere.
var ofChats = map[string]said{
	"no_channels":      {"Не выбран ни один канал: чаты не обрабатывались бы. Выберите каналы или выключите раздел.", "No channel is chosen: no chat would be processed. Choose channels, or switch the section off."},
	"repeated_channel": {"Канал {0} уже выбран. Оставьте один.", "Channel {0} is chosen already. Keep one."},

	"never_wins":    {"До этого правила дело никогда не дойдёт: правило {0} выше подходит всем обращениям.", "This rule can never win: rule {0} above fits every conversation."},
	"contradictory": {"Это правило никогда не сработает: его условия противоречат друг другу, таких обращений не бывает. Исправьте условия или удалите правило.", "This rule can never win: its conditions contradict each other, and no conversation fits them. Mend the conditions, or remove the rule."},
	"shadowed":      {"До этого правила дело никогда не дойдёт: каждое обращение, которое ему подходит, раньше забирает правило {0}. Поднимите это правило выше или измените условия.", "This rule can never win: every conversation that fits it is taken by rule {0} above. Move this rule up, or change the conditions."},
	"shadowed_together": {
		"До этого правила дело никогда не дойдёт: обращения, которые ему подходят, раньше забирают правила выше, все вместе: {0}. Поднимите это правило выше или измените условия.",
		"This rule can never win: the conversations that fit it are taken by these rules above together: {0}. Move this rule up, or change the conditions.",
	},
	"overlap":              {"Есть обращения, которые подходят и этому правилу, и правилу {0} выше: для них сработает правило {0}. Если нужно иначе, поменяйте правила местами или уточните условия.", "Some conversations fit both this rule and rule {0} above: rule {0} wins them. If that is not meant, swap the rules or narrow the conditions."},
	"filter_empty":         {"Фильтр включён, но условий в нём нет: проходят все обращения.", "The filter is on but has no conditions: every conversation passes."},
	"filter_contradictory": {"Условия фильтра противоречат друг другу: не пройдёт ни одно обращение. Исправьте условия.", "The filter's conditions contradict each other: no conversation passes. Mend the conditions."},
	"filter_always":        {"Под условия фильтра подходит любое обращение: фильтр ничего не отсеивает. Исправьте или уберите условия.", "Every conversation fits the filter's conditions: it keeps nothing out. Mend the conditions, or take them out."},
	"unknown_value":        {"{1}: платформа телефонии не знает значения {0}, под него не попадёт ни одно обращение. Проверьте написание или синхронизируйте справочник.", "{1}: the telephony platform does not know the value {0}, so that no conversation has it. Check the spelling, or synchronise the directory."},
	"late_parameter": {
		"Фильтр смотрит на то, что становится известно только по ходу чата: «Оператор», «Группа операторов», «Тег» или «Текст последнего сообщения». До тех пор чат не попадёт в Bitrix24, а без ответа оператора может не попасть вовсе.",
		"The filter looks at what becomes known only as a chat goes on: “Operator”, “Operator group”, “Tag” or “Last message”. Until then a chat does not come into Bitrix24, and one that no operator answers may never come.",
	},
	"source_twice": {
		"В это поле уже передаётся название канала: одно затрёт другое. Выберите другое поле.",
		"The name of the channel is written into this field already: one overwrites the other. Choose another field.",
	},
	"becomes_deal": {
		"В этом портале лиды выключены: вместо лида создаётся сделка в выбранной воронке.",
		"Leads are switched off in this portal: a deal in the chosen funnel is made instead of a lead.",
	},
	"platform_lacks_channels": {
		"На платформе нет каналов этих видов: {0}. Чатов из них не будет, пока канал не подключат. Если он уже подключён, синхронизируйте справочник платформы.",
		"The platform has no channels of these types: {0}. No chats come from them until one is connected. If it is connected already, synchronise the platform's directory.",
	},
	"inactive_channels": {
		"Все каналы этих видов на платформе выключены: {0}. Включите их на платформе, иначе чатов из них не будет.",
		"All channels of these types are switched off at the platform: {0}. Switch them on there, or no chats come from them.",
	},
	"every_chat_primary": {
		"К сведению: в чате на сайте посетитель часто не оставляет контактов. Каждый такой чат считается первичным и создаёт новую запись, даже если посетитель уже писал.",
		"For your information: in the chat on a site visitors often leave no contacts. Every such chat is a primary one and makes a new record, even when the visitor wrote before.",
	},
}
