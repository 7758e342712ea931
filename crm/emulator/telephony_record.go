package emulator

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// record is a call's recording; a further attachment replaces it and is counted.
type record struct {
	FileID   int64
	Name     string
	Size     int64
	SHA256   string
	Path     string // where the bytes are, "" when only counted
	Attached int    // how often a record was attached to this call
	At       time.Time
}

// upload is an uploadUrl that was handed out.
type upload struct {
	CallID string
	Name   string
	Used   int
}

type transcriptLine struct {
	Side    string
	Start   int64
	Stop    int64
	Message string
}

var attachMethods = map[string]method{
	"telephony.externalcall.attachrecord": {scope: "telephony", run: attachRecord, file: func(c *call) bool {
		return phpString(c.in.get("RECORD_URL")) != "" || c.in.has("FILE_CONTENT")
	}},
	"telephony.call.attachtranscription": {scope: "telephony", run: attachTranscription},
	"crm.activity.call.gettranscript":    {scope: "crm", run: getTranscript},
}

// Only the statistics know finished calls, and records hang in the statistics (contract §4.6).
func (c *call) finishedCall() (*phoneCall, *apiError) {
	id := phpString(c.in.get("CALL_ID"))
	call := c.index.calls[id]
	if call == nil || !call.Finished {
		return nil, core("Call " + id + " is not found in the statistic table. Is it finished?")
	}
	return call, nil
}

// Three ways in: the portal fetches, the caller sends base64, the caller asks for an address to upload to.
// Only the last can be asked for in a batch, as no file passes through it (contract §4.6).
func attachRecord(c *call) (any, error) {
	from, name := phpString(c.in.get("RECORD_URL")), phpString(c.in.get("FILENAME"))
	if from == "" && name == "" {
		return nil, core("RECORD_URL or FILENAME should be set")
	}
	call, bad := c.finishedCall()
	if bad != nil {
		return nil, bad
	}
	if name == "" {
		u, err := url.Parse(from)
		if err != nil || path.Base(u.Path) == "/" || path.Base(u.Path) == "." {
			return nil, core("File name is empty")
		}
		name = path.Base(u.Path)
	}
	if ext := lower(path.Ext(name)); ext != ".mp3" && ext != ".wav" {
		return nil, core("Wrong file extension. Only mp3 and wav are allowed")
	}
	switch {
	case from != "":
		return c.fetchRecord(call, name, from)
	case c.in.has("FILE_CONTENT"):
		content := phpString(c.in.get("FILE_CONTENT"))
		if content == "" {
			return nil, core("File content is empty")
		}
		data, err := base64.StdEncoding.DecodeString(strings.NewReplacer("\n", "", "\r", "", " ", "+").Replace(content))
		if err != nil {
			return nil, core("File content is not base64 encoded")
		}
		kept, err := c.spool(strings.NewReader(string(data)))
		if err != nil {
			return nil, err
		}
		return map[string]any{"FILE_ID": c.keepRecord(call, name, kept)}, nil
	}
	token := c.cloud.hex32()
	c.state.Uploads[token] = &upload{CallID: call.ID, Name: name}
	return map[string]any{"uploadUrl": c.Address() + "/upload/" + token, "fieldName": "file"}, nil
}

// fetchRecord downloads while the caller waits (contract §4.6); the portal serves others meanwhile.
func (c *call) fetchRecord(call *phoneCall, name, from string) (any, error) {
	c.mu.Unlock()
	kept, bad := c.download(from)
	c.mu.Lock()
	if bad != nil {
		return nil, bad
	}
	return map[string]any{"FILE_ID": c.keepRecord(call, name, kept)}, nil
}

// Synchronous: the caller waits while the portal fetches, and hears of the source's failure (contract §4.6).
func (p *Portal) download(from string) (spooled, *apiError) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, from, nil)
	if err != nil {
		return spooled{}, core("Wrong RECORD_URL")
	}
	resp, err := p.cloud.opt.events.Do(r)
	if err != nil {
		return spooled{}, core("Server is not available")
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return spooled{}, core(fmt.Sprintf("Server returns HTTP error code %d", resp.StatusCode))
	}
	kept, err := p.spool(resp.Body)
	if err != nil {
		return spooled{}, core("Could not download the record")
	}
	return kept, nil
}

// spooled is a stream that was read to its end.
type spooled struct {
	size int64
	sum  string
	path string
}

// spool counts and hashes a stream without holding it; the bytes are kept only when there is a directory for them.
func (p *Portal) spool(r io.Reader) (spooled, error) {
	h := sha256.New()
	dir := p.cloud.opt.recordDir
	if dir == "" {
		n, err := io.Copy(h, r)
		return spooled{size: n, sum: hex.EncodeToString(h.Sum(nil))}, err
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return spooled{}, err
	}
	f, err := os.CreateTemp(dir, "upload-*")
	if err != nil {
		return spooled{}, err
	}
	n, err := io.Copy(io.MultiWriter(h, f), r)
	if err = errors.Join(err, f.Close()); err != nil {
		return spooled{}, errors.Join(err, os.Remove(f.Name()))
	}
	sum := hex.EncodeToString(h.Sum(nil))
	to := filepath.Join(dir, sum)
	return spooled{size: n, sum: sum, path: to}, os.Rename(f.Name(), to)
}

// A repeat replaces the record (contract §4.6); the count remembers it, so that "never twice" can be proven.
func (p *Portal) keepRecord(call *phoneCall, name string, s spooled) int64 {
	times := 0
	if call.Record != nil {
		times = call.Record.Attached
	}
	call.Record = &record{
		FileID: p.id("file"), Name: name, Size: s.size, SHA256: s.sum, Path: s.path, Attached: times + 1, At: p.now(),
	}
	return call.Record.FileID
}

// serveUpload takes the multipart POST to an uploadUrl, which carries its own credential (contract §4.6).
func (p *Portal) serveUpload(w http.ResponseWriter, r *http.Request, token string) {
	p.mu.Lock()
	p.stats.Uploads++
	bad := p.admit(source(r))
	u := p.state.Uploads[token]
	p.mu.Unlock()
	if bad == nil && u == nil {
		bad = refuse(http.StatusForbidden, "ACCESS_DENIED", "Wrong upload token")
	}
	if bad != nil {
		writeJSON(w, bad.Status, bad.body())
		return
	}
	f := p.faults.take([]string{"upload"}, false)
	if f != nil && f.before(w, r) {
		return
	}
	kept, bad := p.readUpload(r)
	if bad != nil {
		writeJSON(w, bad.Status, bad.body())
		return
	}
	p.mu.Lock()
	u.Used++
	id := p.keepRecord(p.index.calls[u.CallID], u.Name, kept)
	p.mu.Unlock()
	p.changed()
	if f != nil && f.after(w, r, fmt.Appendf(nil, `{"result":{"FILE_ID":%d}}`, id)) {
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"result": map[string]any{"FILE_ID": id}})
}

// Other parts of the form are ignored; the file must be complete to the closing boundary.
func (p *Portal) readUpload(r *http.Request) (spooled, *apiError) {
	m, err := r.MultipartReader()
	if err != nil {
		return spooled{}, core("File content is empty")
	}
	for {
		part, err := m.NextPart()
		if err != nil {
			return spooled{}, core("File content is empty")
		}
		if part.FormName() != "file" {
			continue
		}
		kept, err := p.spool(part)
		if err != nil {
			return spooled{}, core("Upload was interrupted")
		}
		if kept.size == 0 {
			return spooled{}, core("File content is empty")
		}
		// The form must be whole: a cut body that ends inside the part is no record.
		if _, err := m.NextPart(); !errors.Is(err, io.EOF) {
			if err != nil {
				return spooled{}, core("Upload was interrupted")
			}
		}
		return kept, nil
	}
}

// Times are whole seconds from the call's start; a repeat replaces (contract §4.7, silent about repeats).
func attachTranscription(c *call) (any, error) {
	id := phpString(c.in.get("CALL_ID"))
	call := c.index.calls[id]
	if call == nil || !call.Finished {
		return nil, core("Call " + id + " is not found. Is it finished?")
	}
	messages := arrayOf(c.in.get("MESSAGES")).values()
	if len(messages) == 0 {
		return nil, core("MESSAGES should not be empty")
	}
	var lines []transcriptLine
	for _, v := range messages {
		m := arrayOf(v)
		l := transcriptLine{phpString(m.get("SIDE")), phpInt(m.get("START_TIME")), phpInt(m.get("STOP_TIME")), phpString(m.get("MESSAGE"))}
		if l.Side != "User" && l.Side != "Client" || l.Start < 0 || l.Stop < 1 || l.Message == "" {
			return nil, core("Wrong format of MESSAGES")
		}
		lines = append(lines, l)
	}
	call.Transcript, call.TranscriptID = lines, c.id("transcript")
	call.Transcribe++
	return map[string]any{"TRANSCRIPT_ID": call.TranscriptID}, nil
}

// getTranscript answers one text, null when there is none (contract §4.7); how the sides are told apart in it is not documented.
func getTranscript(c *call) (any, error) {
	if !c.in.has("activityId") {
		return nil, missing("activityId")
	}
	a := c.state.Activities[phpInt(c.in.get("activityId"))]
	if a == nil {
		return nil, notFound()
	}
	call := c.index.calls[a.CallID]
	if call == nil || call.TranscriptID == 0 {
		return nil, nil //nolint:nilnil // the vendor answers null
	}
	var said []string
	for _, l := range call.Transcript {
		said = append(said, l.Side+": "+l.Message)
	}
	return map[string]any{"transcription": strings.Join(said, "\n")}, nil
}

// voximplant.statistic.get: finished calls, all values as strings (contract §4.9).
var statisticMethods = map[string]method{
	"voximplant.statistic.get": {scope: "telephony", run: statisticGet},
}

// Finished calls only, at times the only way to learn what became of one (contract §4.2, §4.9).
func statisticGet(c *call) (any, error) {
	filter := arrayOf(c.in.get("FILTER"))
	rows := c.state.Calls
	if ext := phpString(filter.get("EXTERNAL_CALL_ID")); ext != "" {
		rows = c.index.ext[ext]
	}
	var done []*phoneCall
	for _, call := range rows {
		if call.Finished {
			done = append(done, call)
		}
	}
	get := func(call *phoneCall, name string) (any, string) {
		row := c.statisticRow(call)
		v, ok := row[name]
		switch {
		case !ok:
			return "", "string"
		case name == "CALL_START_DATE":
			return v, "datetime"
		case name == "ID" || strings.HasPrefix(name, "CALL_DURATION") || name == "PORTAL_USER_ID" || name == "CRM_ACTIVITY_ID" || name == "CRM_ENTITY_ID":
			return v, "integer"
		}
		return v, "string"
	}
	order := newArray()
	if s := phpString(c.in.get("SORT")); s != "" {
		order.set(s, phpString(c.in.get("ORDER")))
	}
	return list(c, done, filter, order, c.in.get("start"), get, func(call *phoneCall) any { return c.statisticRow(call) })
}

// The same fields as finish's answer, but all of them text and the date a real one (contract §4.9).
func (p *Portal) statisticRow(call *phoneCall) map[string]any {
	out := map[string]any{}
	for k, v := range p.statistic(call) {
		if v != nil {
			v = phpString(plain(v))
		}
		out[k] = v
	}
	out["CALL_START_DATE"], out["CALL_TYPE"], out["CALL_CATEGORY"] = stamp(call.Start), itoa(call.Type), "external"
	out["CALL_RECORD_URL"], out["RECORD_FILE_ID"], out["RECORD_DURATION"] = "", nil, nil
	out["TRANSCRIPT_ID"], out["TRANSCRIPT_PENDING"], out["SESSION_ID"], out["REDIAL_ATTEMPT"] = nil, "N", nil, nil
	if r := call.Record; r != nil {
		out["RECORD_FILE_ID"] = itoa(r.FileID)
		out["CALL_RECORD_URL"] = p.Address() + "/record/" + itoa(call.N)
		out["RECORD_DURATION"] = itoa(call.Duration)
	}
	if call.TranscriptID > 0 {
		out["TRANSCRIPT_ID"] = itoa(call.TranscriptID)
	}
	return out
}
