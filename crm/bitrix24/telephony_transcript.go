package bitrix24

import (
	"strings"
	"time"

	"omniconnector/crm"
)

const methodTranscribe = "telephony.call.attachTranscription"

// transcribe compiles telephony.call.attachTranscription (contract §4.7). What a second one does to the first is not
// documented, so that one in doubt is looked for before it is sent again, in LookUp.
func (r *request) transcribe(u *unit, do crm.Transcribe) (commands, reading, *crm.Error) {
	messages := spoken(do.Lines)
	if len(messages) == 0 {
		return nil, nil, invalid(methodTranscribe, "", "nobody said anything")
	}
	id, e := r.callID(u, methodTranscribe, do.Call)
	if e != nil {
		return nil, nil, e
	}
	return commands{{methodTranscribe, params{"CALL_ID": id, "MESSAGES": messages}}}, func(own []reply) (any, *crm.Error) {
		return nil, own[0].err
	}, nil
}

// spoken writes utterances in whole seconds, an end being at least 1 and not before its beginning (contract §4.7).
func spoken(lines []crm.Spoken) []any {
	var out []any
	for _, l := range lines {
		text := strings.TrimSpace(l.Text)
		if text == "" {
			continue
		}
		side := "User"
		if l.Client {
			side = "Client"
		}
		from := max(0, int64(l.From/time.Second))
		to := max(1, from, int64((l.To+time.Second-1)/time.Second))
		out = append(out, params{"SIDE": side, "START_TIME": from, "STOP_TIME": to, "MESSAGE": text})
	}
	return out
}
