package uis

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"omniconnector/integration"
)

// key is the same for every repetition of a notification and differs for different ones
// of the same call (contract uis §1.4): kind | session | what tells them apart.
func key(f fields, e *integration.Event) string {
	return string(e.Kind) + "|" + string(e.Session) + "|" + difference(f, e)
}

func difference(f fields, e *integration.Event) string {
	r := &e.Report
	switch e.Kind {
	case integration.CallRinging, integration.CallLegOut, integration.CallTalkStarted, integration.CallTalkFinished:
		if legs := legs(r); legs != "" {
			return legs
		}
		return whoAndWhen(f, r)
	case integration.RecordReady, integration.VoicemailReady, integration.FaxReceived:
		if len(r.Records) > 0 {
			return digest(r.Records)
		}
		return whoAndWhen(f, r)
	case integration.TagSet: // the same tag can be taken away and set again
		return digest(append(slices.Concat(f.list("tag_ids"), r.Tags), "@"+f.text("notification_time")))
	case integration.SIPLost:
		return whoAndWhen(f, r)
	default: // once in a session
		return ""
	}
}

// legs names the legs in one order, however the platform lists them.
func legs(r *integration.Report) string {
	if r.Leg != "" {
		return short(r.Leg)
	}
	all := slices.Clone(r.Legs)
	slices.Sort(all)
	return short(strings.Join(slices.Compact(all), ","))
}

// whoAndWhen tells notifications apart whose template has no legs. The time is that of the event and not of
// the sending, so that a repetition has the same.
func whoAndWhen(f fields, r *integration.Report) string {
	when := f.text("notification_time")
	if when == "" {
		when = f.text("notification_timestamp")
	}
	return short(who(r) + "@" + when)
}

// who is the best name of the employee.
func who(r *integration.Report) string {
	switch e := r.Employee; {
	case e.ID != 0:
		return strconv.FormatInt(int64(e.ID), 10)
	case e.Phone != "":
		return e.Phone
	default:
		return e.Extension
	}
}

// longestPlain keeps keys readable in the journal and short in the index.
const longestPlain = 64

func short(text string) string {
	if len(text) > longestPlain {
		return digest([]string{text})
	}
	return text
}

// digest is a short name of texts, in any order.
func digest(texts []string) string {
	all := slices.Clone(texts)
	slices.Sort(all)
	sum := sha256.Sum256([]byte(strings.Join(slices.Compact(all), "\n")))
	return hex.EncodeToString(sum[:12])
}
