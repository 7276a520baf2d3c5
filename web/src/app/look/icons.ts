import {
  ApiOutline, AppstoreOutline, ArrowLeftOutline, ArrowRightOutline, AuditOutline, BarChartOutline, BulbOutline, CaretDownOutline, CaretRightOutline,
  CheckCircleFill, CheckCircleOutline, CheckOutline, ClockCircleOutline, CloseCircleFill, CloseCircleOutline, CloseOutline, CloudDownloadOutline,
  CloudServerOutline, ClusterOutline, CodeOutline, ControlOutline, CopyOutline, DatabaseOutline, DeleteOutline, DesktopOutline, DisconnectOutline, DownloadOutline,
  DownOutline, EditOutline, EllipsisOutline, ExclamationCircleFill, ExclamationCircleOutline, ExportOutline, EyeInvisibleOutline, EyeOutline,
  FileTextOutline, FilterOutline, FolderOpenOutline, FolderOutline, GlobalOutline, HddOutline, HomeOutline, ImportOutline, InboxOutline, InfoCircleFill,
  InfoCircleOutline, KeyOutline, LaptopOutline, LeftOutline, LinkOutline, LoadingOutline, LockOutline, LogoutOutline, MailOutline, MenuFoldOutline, MenuUnfoldOutline,
  MinusCircleOutline, MoonOutline, MoreOutline, PauseCircleOutline, PlayCircleOutline, PlusOutline, PoweroffOutline, QuestionCircleOutline, ReloadOutline,
  RightOutline, RocketOutline, SafetyCertificateOutline, SearchOutline, SettingOutline, StopOutline, SunOutline, SyncOutline, TeamOutline,
  ThunderboltOutline, TranslationOutline, UndoOutline, UpOutline, UploadOutline, UserAddOutline, UserOutline, WarningFill, WarningOutline,
} from '@ant-design/icons-angular/icons';

/** Every icon the console shows, bundled: none is fetched at run time. */
export const icons = [
  ApiOutline, AppstoreOutline, ArrowLeftOutline, ArrowRightOutline, AuditOutline, BarChartOutline, BulbOutline, CaretDownOutline, CaretRightOutline,
  CheckCircleFill, CheckCircleOutline, CheckOutline, ClockCircleOutline, CloseCircleFill, CloseCircleOutline, CloseOutline, CloudDownloadOutline,
  CloudServerOutline, ClusterOutline, CodeOutline, ControlOutline, CopyOutline, DatabaseOutline, DeleteOutline, DesktopOutline, DisconnectOutline, DownloadOutline,
  DownOutline, EditOutline, EllipsisOutline, ExclamationCircleFill, ExclamationCircleOutline, ExportOutline, EyeInvisibleOutline, EyeOutline,
  FileTextOutline, FilterOutline, FolderOpenOutline, FolderOutline, GlobalOutline, HddOutline, HomeOutline, ImportOutline, InboxOutline, InfoCircleFill,
  InfoCircleOutline, KeyOutline, LaptopOutline, LeftOutline, LinkOutline, LoadingOutline, LockOutline, LogoutOutline, MailOutline, MenuFoldOutline, MenuUnfoldOutline,
  MinusCircleOutline, MoonOutline, MoreOutline, PauseCircleOutline, PlayCircleOutline, PlusOutline, PoweroffOutline, QuestionCircleOutline, ReloadOutline,
  RightOutline, RocketOutline, SafetyCertificateOutline, SearchOutline, SettingOutline, StopOutline, SunOutline, SyncOutline, TeamOutline,
  ThunderboltOutline, TranslationOutline, UndoOutline, UpOutline, UploadOutline, UserAddOutline, UserOutline, WarningFill, WarningOutline,
];
