package webhooks

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"omniconnector/integration"
)

// ErrSpoolFull means that the spool has no room; it is an ErrBusy.
var ErrSpoolFull = fmt.Errorf("spool is full: %w", ErrBusy)

const (
	segmentSuffix = ".spool"
	// segmentSize is when the next segment is begun; a segment is read into memory to be replayed.
	segmentSize = 4 << 20
	rejectsName = "rejected" + segmentSuffix
)

// Spool keeps deliveries on the local disk while storage is away: files that only
// grow, synced before Append returns. It belongs to one process.
type Spool struct {
	dir   string
	limit int64
	lock  *os.File

	replaying sync.Mutex // one replay at a time; taken before mu

	mu     sync.Mutex
	sealed []segment // oldest first
	active segment
	file   *os.File // of active; nil when there is none
	next   int64    // number of the next segment
	closed bool
}

// segment is one file of the spool.
type segment struct {
	number     int64
	size       int64
	deliveries int
}

// OpenSpool opens or makes the spool in dir, which may grow to limit bytes. What a crash
// left half-written at the end of a segment was never answered with 200, and is cut off.
func OpenSpool(dir string, limit int64) (*Spool, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open spool: %w", err)
	}
	lock, err := lockFile(filepath.Join(dir, "lock"))
	if err != nil {
		return nil, fmt.Errorf("open spool: another process holds it: %w", err)
	}
	s := &Spool{dir: dir, limit: limit, lock: lock, next: 1}
	if err := s.load(); err != nil {
		return nil, errors.Join(fmt.Errorf("open spool: %w", err), lock.Close())
	}
	return s, nil
}

func (s *Spool) load() error {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		number, ok := segmentNumber(e.Name())
		if !ok {
			continue
		}
		seg, err := mend(s.path(number))
		if err != nil {
			return err
		}
		s.next = max(s.next, number+1)
		if seg.deliveries == 0 {
			if err := os.Remove(s.path(number)); err != nil {
				return err
			}
			continue
		}
		seg.number = number
		s.sealed = append(s.sealed, seg)
	}
	slices.SortFunc(s.sealed, func(a, b segment) int { return cmp.Compare(a.number, b.number) })
	return nil
}

func segmentNumber(name string) (int64, bool) {
	number, err := strconv.ParseInt(strings.TrimSuffix(name, segmentSuffix), 10, 64)
	return number, err == nil && strings.HasSuffix(name, segmentSuffix)
}

func (s *Spool) path(number int64) string {
	return filepath.Join(s.dir, fmt.Sprintf("%012d%s", number, segmentSuffix))
}

// Append writes all of the deliveries, or none as far as the caller is concerned: after an error some
// may still be replayed, which is harmless. One sync serves them all.
func (s *Spool) Append(all []integration.Delivery) error {
	frames, err := encode(all)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return fmt.Errorf("spool is closed: %w", ErrBusy)
	}
	if _, size := s.waiting(); size+int64(len(frames)) > s.limit {
		return ErrSpoolFull
	}
	if err := s.open(); err != nil {
		return fmt.Errorf("spool: %w", err)
	}
	if err := s.write(frames); err != nil {
		// What a failed sync left behind is unknown: this file is not written to again.
		s.seal()
		return fmt.Errorf("spool: %w", err)
	}
	s.active.size += int64(len(frames))
	s.active.deliveries += len(all)
	return nil
}

func (s *Spool) write(frames []byte) error {
	if _, err := s.file.Write(frames); err != nil {
		return errors.Join(err, s.file.Truncate(s.active.size))
	}
	return s.file.Sync()
}

// open makes sure that there is an active segment with room.
func (s *Spool) open() error {
	if s.file != nil && s.active.size < segmentSize {
		return nil
	}
	s.seal()
	f, err := os.OpenFile(s.path(s.next), os.O_WRONLY|os.O_CREATE|os.O_EXCL|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	if err := syncDir(s.dir); err != nil { // a file whose name is lost is lost
		return errors.Join(err, f.Close(), os.Remove(f.Name()))
	}
	s.file, s.active = f, segment{number: s.next}
	s.next++
	return nil
}

// seal ends the active segment. Its data is synced already, so that an error of Close tells nothing new.
func (s *Spool) seal() {
	if s.file == nil {
		return
	}
	_ = s.file.Close()
	s.sealed = append(s.sealed, s.active)
	s.file, s.active = nil, segment{}
}

// Waiting tells what is in the spool.
func (s *Spool) Waiting() (deliveries int, bytes int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.waiting()
}

func (s *Spool) waiting() (deliveries int, bytes int64) {
	deliveries, bytes = s.active.deliveries, s.active.size
	for _, seg := range s.sealed {
		deliveries += seg.deliveries
		bytes += seg.size
	}
	return deliveries, bytes
}

// Replay hands what is spooled to save, oldest first, until the spool is empty or
// save fails. A segment goes only when all of it is saved, so that a crash repeats
// deliveries and never loses one. It returns how many were saved.
func (s *Spool) Replay(batch int, save func([]integration.Delivery) error) (int, error) {
	s.replaying.Lock()
	defer s.replaying.Unlock()
	saved := 0
	for {
		seg, ok := s.oldest()
		if !ok {
			return saved, nil
		}
		all, _, err := readSegment(s.path(seg.number))
		if err != nil && !errors.Is(err, os.ErrNotExist) { // one that a person removed is gone
			return saved, fmt.Errorf("read spool: %w", err)
		}
		for some := range slices.Chunk(all, batch) {
			if err := save(some); err != nil {
				return saved, err
			}
			saved += len(some)
		}
		if err := s.remove(seg); err != nil {
			return saved, fmt.Errorf("empty spool: %w", err)
		}
	}
}

func (s *Spool) oldest() (segment, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.sealed) == 0 && s.active.deliveries > 0 {
		s.seal()
	}
	if len(s.sealed) == 0 {
		return segment{}, false
	}
	return s.sealed[0], true
}

func (s *Spool) remove(seg segment) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := os.Remove(s.path(seg.number)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	s.sealed = s.sealed[1:]
	return nil
}

// Reject puts a delivery aside that storage refuses for what it is: kept for a person
// to look at, and out of the way of the others.
func (s *Spool) Reject(d integration.Delivery) error {
	frames, err := encode([]integration.Delivery{d})
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f, err := os.OpenFile(filepath.Join(s.dir, rejectsName), os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("reject: %w", err)
	}
	_, err = f.Write(frames)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("reject: %w", err)
	}
	return nil
}

// Close ends writing. What is spooled stays for the next start.
func (s *Spool) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	s.seal()
	return s.lock.Close()
}
