package bitrix24

import (
	"cmp"
	"time"

	"omniconnector/crm"
)

// Methods of contract §4.
const (
	methodRegister  = "telephony.externalCall.register"
	methodShow      = "telephony.externalCall.show"
	methodHide      = "telephony.externalCall.hide"
	methodFinish    = "telephony.externalCall.finish"
	methodAttach    = "telephony.externalCall.attachRecord"
	methodStatistic = "voximplant.statistic.get"
)

const isoTime = "2006-01-02T15:04:05-07:00"

// register compiles telephony.externalCall.register (contract §4.2). The portal creates no
// entities, which are decided and made by commands of our own, and posts no chat message: the one of a call is finish's (T-11).
func (r *request) register(u *unit, do crm.Register) (commands, reading, *crm.Error) {
	if do.ExternalID == "" || do.User <= 0 || do.Phone == "" {
		return nil, nil, invalid(methodRegister, "", "external id, user and phone are required")
	}
	p := params{
		"USER_ID": int64(do.User), "PHONE_NUMBER": do.Phone, "TYPE": 2, "CRM_CREATE": 0, "ADD_TO_CHAT": 0,
		"SHOW": do.Show, "EXTERNAL_CALL_ID": do.ExternalID,
	}
	switch do.Direction {
	case crm.Incoming:
	case crm.Outgoing:
		p["TYPE"] = 1
	default:
		return nil, nil, invalid(methodRegister, "", "unknown direction")
	}
	if do.Callback {
		p["TYPE"] = 4 // a callback, whoever called whom in the end (contract §4.2)
	}
	if !do.StartedAt.IsZero() {
		p["CALL_START_DATE"] = do.StartedAt.Format(isoTime)
	}
	if do.Line != "" {
		p["LINE_NUMBER"] = do.Line
	}
	if do.Source != "" {
		p["CRM_SOURCE"] = do.Source
	}
	if do.Entity != nil {
		kind := map[crm.Kind]string{crm.Contact: "CONTACT", crm.Company: "COMPANY", crm.Lead: "LEAD"}[do.Kind]
		if kind == "" {
			return nil, nil, invalid(methodRegister, "", "a call is bound to a contact, a company or a lead")
		}
		id, e := r.refer(u, *do.Entity, anEntity)
		if e != nil {
			return nil, nil, e
		}
		if id != nil {
			p["CRM_ENTITY_TYPE"], p["CRM_ENTITY_ID"] = kind, id
		}
	}
	return commands{{methodRegister, p}}, func(own []reply) (any, *crm.Error) {
		var made struct {
			CallID Text `json:"CALL_ID"`
		}
		if e := own[0].into(&made); e != nil {
			return nil, e
		}
		if made.CallID == "" {
			return nil, strange(methodRegister, "the call has no id")
		}
		return crm.Registered{CallID: string(made.CallID)}, nil
	}, nil
}

// card compiles show and hide for all users at once (contract §4.4). The portal answers false for a
// call it does not know: a card that cannot be shown is an error, one that is hidden already is not.
func (r *request) card(u *unit, method string, call crm.Ref, users []crm.UserID) (commands, reading, *crm.Error) {
	if len(users) == 0 {
		return nil, nil, invalid(method, "", "nobody to show the card to or hide it from")
	}
	id, e := r.callID(u, method, call)
	if e != nil {
		return nil, nil, e
	}
	ids := make([]any, len(users))
	for i, user := range users {
		ids[i] = int64(user)
	}
	return commands{{method, params{"CALL_ID": id, "USER_ID": ids}}}, func(own []reply) (any, *crm.Error) {
		if method == methodShow && own[0].isFalse() {
			return nil, &crm.Error{Kind: crm.NotFound, Method: method, Text: "the portal does not know the call"}
		}
		return nil, own[0].err
	}, nil
}

// finish compiles telephony.externalCall.finish (contract §4.5).
func (r *request) finish(u *unit, do crm.Finish) (commands, reading, *crm.Error) {
	if do.User <= 0 {
		return nil, nil, invalid(methodFinish, "", "a user is required")
	}
	id, e := r.callID(u, methodFinish, do.Call)
	if e != nil {
		return nil, nil, e
	}
	// A talk of half a second was a talk: 0 would make it a missed call.
	duration := int64((do.Duration + time.Second - 1) / time.Second)
	p := params{
		"CALL_ID": id, "USER_ID": int64(do.User), "DURATION": max(duration, 0), "ADD_TO_CHAT": do.Notice,
	}
	if do.Status != "" {
		p["STATUS_CODE"] = do.Status
	}
	if do.Reason != "" {
		p["FAILED_REASON"] = do.Reason
	}
	if do.Rating >= 1 && do.Rating <= 5 {
		p["VOTE"] = do.Rating
	}
	return commands{{methodFinish, p}}, func(own []reply) (any, *crm.Error) {
		var row Maybe[statistic]
		if e := own[0].into(&row); e != nil {
			return nil, e
		}
		return crm.Finished{Activity: int64(row.V.Activity)}, nil
	}, nil
}

// attachRecord asks for an address to upload to, after a look whether a record is there already:
// a second one would replace it, and is never uploaded (R-3, contract §4.6).
func (r *request) attachRecord(u *unit, do crm.AttachRecord) (commands, reading, *crm.Error) {
	if do.Filename == "" {
		return nil, nil, invalid(methodAttach, "", "a file name is required")
	}
	id, e := r.callID(u, methodAttach, do.Call)
	if e != nil {
		return nil, nil, e
	}
	read := func(own []reply) (any, *crm.Error) {
		row, there, e := readStatistic(own[0])
		if e != nil && e.Kind != crm.Invalid { // without the right to look, replacing is harmless
			return nil, e
		}
		if there && row.hasRecord() {
			return crm.UploadTo{Have: true}, nil
		}
		var to struct {
			URL   Text `json:"uploadUrl"`
			Field Text `json:"fieldName"`
		}
		if e := own[1].into(&to); e != nil {
			return nil, e
		}
		if to.URL == "" {
			return nil, invalid(methodAttach, codeStrange, "the portal gave no address to upload to")
		}
		return crm.UploadTo{URL: string(to.URL), Field: cmp.Or(string(to.Field), "file")}, nil
	}
	attach := params{"CALL_ID": id, "FILENAME": do.Filename}
	return commands{{methodStatistic, statisticBy("CALL_ID", id)}, {methodAttach, attach}}, read, nil
}

func (r *request) callID(u *unit, method string, call crm.Ref) (any, *crm.Error) {
	id, e := r.refer(u, call, aCall)
	if e == nil && id == nil {
		e = skipped(method, "the call was not registered")
	}
	return id, e
}

// statistic is a row of finished calls, and finish's answer (contract §4.5, §4.9).
type statistic struct {
	CallID     Text `json:"CALL_ID"`
	Activity   ID   `json:"CRM_ACTIVITY_ID"`
	Record     Text `json:"CALL_RECORD_URL"`
	File       ID   `json:"RECORD_FILE_ID"`
	Transcript ID   `json:"TRANSCRIPT_ID"`
}

func (s statistic) hasRecord() bool { return s.File > 0 || s.Record != "" }

func statisticBy(field string, value any) params {
	return params{"FILTER": params{"=" + field: value}, "SORT": "ID", "ORDER": "ASC"}
}

// readStatistic reads the first row; there is false when the call is not finished or not known.
func readStatistic(r reply) (row statistic, there bool, e *crm.Error) {
	var page rows[statistic]
	if e := r.into(&page); e != nil {
		return row, false, e
	}
	if len(page) == 0 {
		return row, false, nil
	}
	return page[0], true, nil
}
