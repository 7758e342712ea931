package uis

import (
	"strings"

	"omniconnector/integration"
)

// kinds are the words for events: ours, those of other integrators' templates, and the titles of the
// platform's cabinet in both languages (contract uis §1.2).
var kinds = map[string]integration.EventKind{
	"in_call_session": integration.CallIncoming, "incoming_call": integration.CallIncoming, "call_in": integration.CallIncoming,
	"входящий звонок на виртуальный номер": integration.CallIncoming, "входящий звонок": integration.CallIncoming,
	"inbound call on a virtual phone number": integration.CallIncoming,

	"out_call_session": integration.CallOutgoing, "outgoing_call": integration.CallOutgoing, "call_out": integration.CallOutgoing,
	"исходящий звонок": integration.CallOutgoing, "outbound call": integration.CallOutgoing,

	"call_waiting": integration.CallRinging, "waiting_for_answer": integration.CallRinging, "ringing": integration.CallRinging,
	"ожидание ответа": integration.CallRinging, "waiting for the answer": integration.CallRinging,

	"исходящее плечо": integration.CallLegOut, "outgoing leg": integration.CallLegOut,

	"call_connected": integration.CallTalkStarted, "talk_started": integration.CallTalkStarted, "call_start": integration.CallTalkStarted,
	"начало разговора": integration.CallTalkStarted, "talk started": integration.CallTalkStarted,

	"call_disconnected": integration.CallTalkFinished, "talk_finished": integration.CallTalkFinished,
	"окончание разговора": integration.CallTalkFinished, "talk finished": integration.CallTalkFinished,

	"call_session_finished": integration.CallFinished, "call_end": integration.CallFinished,
	"завершение звонка": integration.CallFinished, "call finished": integration.CallFinished,

	"lost_call": integration.CallLost, "потерянный звонок": integration.CallLost, "lost call": integration.CallLost,

	"record_call": integration.RecordReady, "call_record": integration.RecordReady, "call_recorded": integration.RecordReady,
	"записанный разговор": integration.RecordReady, "call recording completed": integration.RecordReady,

	"voicemail": integration.VoicemailReady, "голосовое сообщение": integration.VoicemailReady,
	"fax": integration.FaxReceived, "принятый факс": integration.FaxReceived,
	"set_mark": integration.TagSet, "проставление тега": integration.TagSet,
	"offline_message": integration.OfflineRequest, "офлайн-заявка": integration.OfflineRequest, "offline message": integration.OfflineRequest,
	"sip_lost": integration.SIPLost, "потеря регистрации sip-линии": integration.SIPLost,
}

func init() {
	for _, k := range integration.EventKinds() {
		kinds[string(k)] = k
	}
	kinds[string(integration.OfflineRequest)] = integration.OfflineRequest
}

// kind finds what happened. The template's own word is believed first, then the address,
// and the platform's mnemonic last, because its values are not documented (contract uis §1.2). The
// notification's title is never looked at: people type it.
func kind(f fields, path string) (integration.EventKind, error) {
	for _, word := range []string{f.text("event"), path, f.text("notification_mnemonic")} {
		if k, ok := kinds[strings.ToLower(strings.TrimSpace(word))]; ok {
			return k, nil
		}
	}
	if word := f.text("event"); word != "" {
		word = shorten(word)
		return "", unreadable("неизвестное событие «"+word+"»", "unknown event "+word)
	}
	return "", unreadable("не сказано, что случилось: в шаблоне нет event", "the template does not say what happened: no event")
}

const longestQuote = 40

// shorten keeps foreign words in our messages short.
func shorten(s string) string {
	if r := []rune(s); len(r) > longestQuote {
		return string(r[:longestQuote]) + "…"
	}
	return s
}
