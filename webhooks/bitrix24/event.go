package bitrix24

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"

	"omniconnector/integration"
	"omniconnector/webhooks"
)

// Name is the source's word in addresses and journals.
const Name = "bitrix24"

// The events that the journal keeps (contract §4.9).
const (
	callStart     = "ONEXTERNALCALLSTART"
	callbackStart = "ONEXTERNALCALLBACKSTART"
)

// longestCallID is longer than any CALL_ID; it becomes a part of keys.
const longestCallID = 128

// read makes the journal's event of what a portal says. The error is a *webhooks.ReadingError.
func read(f form, name string, received time.Time) (integration.Event, error) {
	var e integration.Event
	var err error
	switch name {
	case callStart:
		e, err = click(f)
	case callbackStart:
		e, err = callback(f)
	default: // who proved itself and names no event
		err = &webhooks.ReadingError{RU: "портал не сказал, что случилось: нет event", EN: "the portal does not say what happened: no event"}
	}
	if err != nil {
		return integration.Event{}, err
	}
	e.At, e.Customer = happened(f, received), customer(&e)
	return e, nil
}

// click is an employee's click on a number (T-8). The portal has registered the call already and its card hangs until
// somebody finishes it: a click without a number is an event too, so that the card is closed with a reason.
func click(f form) (integration.Event, error) {
	id := f.data("CALL_ID")
	switch {
	case id == "":
		return integration.Event{}, &webhooks.ReadingError{RU: "в событии о звонке нет CALL_ID", EN: "no CALL_ID in the event of a call"}
	case len(id) > longestCallID:
		return integration.Event{}, &webhooks.ReadingError{RU: "CALL_ID длиннее 128 знаков", EN: "CALL_ID is longer than 128 characters"}
	}
	asked := request(f)
	asked.CallID = id
	whole(&asked.User, f.data("USER_ID"))
	return integration.Event{
		Kind: integration.ClickToCall, Key: "click|" + id, Session: integration.SessionID("click:" + id),
		Report: integration.Report{
			Direction: "out", Request: asked,
			ClientNumber: cmp.Or(f.data("PHONE_NUMBER_INTERNATIONAL"), f.data("PHONE_NUMBER")),
		},
	}, nil
}

// callback is a visitor's callback form (T-9). The event has no id of its own: what it says at its second is the id.
func callback(f form) (integration.Event, error) {
	number := f.data("PHONE_NUMBER")
	if number == "" {
		return integration.Event{}, &webhooks.ReadingError{RU: "в заявке на обратный звонок нет номера", EN: "no number in the request for a callback"}
	}
	asked := request(f)
	asked.Text = f.data("TEXT")
	id := digest(f)
	return integration.Event{
		Kind: integration.CallbackAsked, Key: "callback|" + id, Session: integration.SessionID("callback:" + id),
		Report: integration.Report{ClientNumber: number, Request: asked},
	}, nil
}

// request reads what a click and a form have in common.
func request(f form) *integration.CallRequest {
	r := &integration.CallRequest{Line: f.data("LINE_NUMBER")}
	if of, ok := record(f.data("CRM_ENTITY_TYPE"), f.data("CRM_ENTITY_ID")); ok {
		r.Kind, r.Entity = of.Kind, of.ID
	}
	return r
}

// record names a record by the portal's words; others than the four are none of ours.
func record(kind, id string) (integration.Record, bool) {
	var r integration.Record
	whole(&r.ID, id)
	switch strings.ToUpper(kind) {
	case "LEAD":
		r.Kind = "lead"
	case "DEAL":
		r.Kind = "deal"
	case "CONTACT":
		r.Kind = "contact"
	case "COMPANY":
		r.Kind = "company"
	}
	return r, r.Kind != "" && r.ID > 0
}

// whole reads an id; what is none leaves zero.
func whole[T ~int64](to *T, text string) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && n > 0 {
		*to = T(n)
	}
}

// customer is the same key as that of the platform's call which follows, so that both stay in order.
func customer(e *integration.Event) integration.CustomerKey {
	if number := webhooks.Number(e.Report.ClientNumber); number != "" {
		return integration.CustomerKey(number)
	}
	return integration.CustomerKey("session:" + string(e.Session))
}

// happened is the portal's second of the event.
func happened(f form, received time.Time) time.Time {
	n, err := strconv.ParseInt(f.text("ts"), 10, 64)
	if at := time.Unix(n, 0).UTC(); err == nil && at.Year() >= 2000 && at.Year() <= 2100 {
		return at
	}
	return received.UTC()
}

// digest is the same for every repetition of an event, by whichever of its handlers it comes (contract §3.2: ts and data
// are the event's, the handler's id and the tokens are the delivery's).
func digest(f form) string {
	said := []string{f.auth("member_id") + "\x00" + f.text("ts")}
	for _, p := range f {
		if strings.HasPrefix(p.name, "data[") {
			said = append(said, p.name+"\x00"+p.value)
		}
	}
	slices.Sort(said)
	sum := sha256.Sum256([]byte(strings.Join(said, "\x01")))
	return hex.EncodeToString(sum[:16])
}
