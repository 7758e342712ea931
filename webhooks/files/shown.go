package files

import (
	"mime"
	"path"
	"strings"

	"omniconnector/integration"
)

// viewed are the kinds of file that a browser shows by itself and that can run nothing; with them go all sounds and films. HTML and SVG can
// run scripts at our address, and whatever else there is, is saved.
var viewed = map[string]bool{
	"image/jpeg": true, "image/png": true, "image/gif": true, "image/webp": true, "image/bmp": true, "image/avif": true, "image/heic": true,
	"application/pdf": true,
}

// endings are the types of files by the ending of their name: the few that chats are full of. The system's own table is not asked, because
// every machine has another.
var endings = map[string]string{
	".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".gif": "image/gif", ".webp": "image/webp", ".bmp": "image/bmp",
	".pdf": "application/pdf", ".mp3": "audio/mpeg", ".ogg": "audio/ogg", ".oga": "audio/ogg", ".opus": "audio/ogg", ".wav": "audio/wav",
	".m4a": "audio/mp4", ".mp4": "video/mp4", ".webm": "video/webm", ".mov": "video/quicktime",
}

// binaryType is the type of what a browser should only save.
const binaryType = "application/octet-stream"

// mediaType chooses the type to name: the keeper's when it is one that is viewed, else by the file's name. It never has parameters.
func mediaType(told string, f *integration.File) (kind string, inline bool) {
	for _, candidate := range []string{told, endings[extension(f.Name)]} {
		kind, _, err := mime.ParseMediaType(candidate)
		if err != nil {
			continue
		}
		if viewed[kind] || strings.HasPrefix(kind, "audio/") || strings.HasPrefix(kind, "video/") {
			return kind, true
		}
		if kind != binaryType { // the keeper knows what it is, and it is not to be shown
			break
		}
	}
	return binaryType, false
}

// extension is the ending of a name, ".jpg", in lower case; empty when there is none that programs know.
func extension(name string) string {
	const longest = 10
	e := strings.ToLower(path.Ext(name))
	if len(e) < 2 || len(e) > longest || strings.ContainsFunc(e[1:], func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') }) {
		return ""
	}
	return e
}

// disposition names the file and says whether to show or to save it (RFC 6266), with the name for old programs in plain letters and for all
// others in full (RFC 8187).
func disposition(name string, inline bool) string {
	how := "attachment"
	if inline {
		how = "inline"
	}
	name = safeName(name)
	plain := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || strings.ContainsRune(`"\%;`, r) {
			return '_'
		}
		return r
	}, name)
	out := how + `; filename="` + plain + `"`
	if plain != name {
		out += "; filename*=UTF-8''" + escape(name)
	}
	return out
}

// safeName is a name that no program takes for a path or a device, and that reads as it is written.
func safeName(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case r < ' ', r == 0x7F, r >= 0x80 && r < 0xA0, r == 0xFFFD:
			return -1
		case r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069, r == 0x200E, r == 0x200F: // they turn "gpj.exe" round
			return -1
		case strings.ContainsRune(`/\:*?"<>|`, r):
			return '_'
		}
		return r
	}, strings.ToValidUTF8(name, ""))
	if name = strings.Trim(name, " ."); name == "" {
		return "file"
	}
	return name
}

// escape writes a value of RFC 8187: letters and digits stay, the rest is percent-encoded.
func escape(s string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '-' || c == '_' {
			b.WriteByte(c)
			continue
		}
		b.WriteByte('%')
		b.WriteByte(hex[c>>4])
		b.WriteByte(hex[c&15])
	}
	return b.String()
}
